"""Step Functions: do executions come to a good end."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...stacks import Resource
from ..finding import Finding, Weight, healthy, sick
from ..graph import Link
from ..metrics import Metric
from ..parallel import NoAnswer, ask
from ..probe import Probe, Seen, counted, span, unanswered
from ..survey import Survey

_STRING = re.compile(r'"((?:arn:|https://sqs)[^"]+|[\w.-]{1,256})"')
_BAD = {"FAILED", "TIMED_OUT"}
_LAST = 20


@dataclass(frozen=True)
class StateMachineFacts:
    """What was seen of a state machine.

    Attributes:
        description: as Step Functions gives it.
        executions: the latest; those of express workflows are not kept.
    """

    description: Mapping[str, Any]
    executions: Sequence[Mapping[str, Any]] | NoAnswer


class StateMachine(Probe):
    """A state machine."""

    kinds = ("AWS::StepFunctions::StateMachine",)
    what = "state machine"

    def look(self, survey: Survey, resource: Resource) -> StateMachineFacts:
        """Definition and latest executions."""
        client, arn = survey.aws.client("stepfunctions"), resource.physical_id
        description = client.describe_state_machine(stateMachineArn=arn)
        if description.get("type") == "EXPRESS":
            return StateMachineFacts(description, [])
        return StateMachineFacts(
            description, ask(lambda: client.list_executions(stateMachineArn=arn, maxResults=_LAST)["executions"])
        )

    def links(self, survey: Survey, resource: Resource, facts: StateMachineFacts) -> Iterable[Link]:
        """To whatever its definition names."""
        for identifier in dict.fromkeys(_STRING.findall(facts.description["definition"])):
            other = survey.called(identifier)
            if other and other != resource:
                yield Link(resource, other)

    def metrics(self, survey: Survey, resource: Resource) -> Sequence[Metric]:
        """How executions ended."""
        del survey
        of_it = {"StateMachineArn": resource.physical_id}
        return tuple(
            Metric("AWS/States", name, of_it)
            for name in ("ExecutionsSucceeded", "ExecutionsFailed", "ExecutionsTimedOut", "ExecutionThrottled")
        )

    def judge(self, seen: Seen, resource: Resource, facts: StateMachineFacts) -> Iterator[Finding]:
        """From executions where they are kept, else from metrics."""
        arn = resource.physical_id
        yield from unanswered(facts.executions)
        executions = [] if isinstance(facts.executions, NoAnswer) else facts.executions
        bad = [
            each
            for each in executions
            if each["status"] in _BAD and each.get("stopDate", seen.survey.until) >= seen.survey.since
        ]
        failed = seen.figure(resource, "ExecutionsFailed") + seen.figure(resource, "ExecutionsTimedOut")
        if bad:
            newest = bad[0]
            how_long = span((newest["stopDate"] - newest["startDate"]).total_seconds())
            yield sick(
                "executions-fail",
                Weight.FAILING,
                f"{len(bad)} of the last {counted(len(executions), 'execution')} failed",
                f"the newest, {newest['name']}, was {newest['status']} after {how_long}",
                next_command=f"aws stepfunctions describe-execution --execution-arn {newest['executionArn']}",
            )
        elif failed:
            yield sick(
                "executions-fail",
                Weight.FAILING,
                f"{counted(failed, 'execution')} failed",
                f"metrics ExecutionsFailed and ExecutionsTimedOut: {failed:.0f}",
                next_command=f"aws stepfunctions describe-state-machine --state-machine-arn {arn}",
            )
        if refused := seen.figure(resource, "ExecutionThrottled"):
            yield sick(
                "throttles",
                seen.weight(resource, "ExecutionThrottled", Weight.THROTTLED),
                f"throttled: {counted(refused, 'state transition')} had to wait",
                f"metric ExecutionThrottled: {refused:.0f}",
                next_command="aws service-quotas list-service-quotas --service-code states",
            )
        yield healthy("state-machine", f"{facts.description['status']}, {counted(len(executions), 'execution')} seen")
