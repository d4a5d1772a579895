"""EventBridge rules: are they on, and do their targets take the events."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...stacks import Resource
from ..finding import Finding, Weight, healthy, sick
from ..graph import Link
from ..metrics import Metric
from ..parallel import NoAnswer, ask
from ..probe import Probe, Seen, counted, unanswered
from ..survey import Survey


@dataclass(frozen=True)
class RuleFacts:
    """What was seen of a rule.

    Attributes:
        rule: as EventBridge gives it.
        targets: the same.
    """

    rule: Mapping[str, Any]
    targets: Sequence[Mapping[str, Any]] | NoAnswer


class EventRule(Probe):
    """A rule."""

    kinds = ("AWS::Events::Rule",)
    what = "rule"

    def look(self, survey: Survey, resource: Resource) -> RuleFacts:
        """The rule and its targets."""
        client = survey.aws.client("events")
        # A rule of another bus than the default one is called BUS|NAME by CloudFormation.
        bus, _, name = resource.physical_id.rpartition("|")
        where = {"EventBusName": bus} if bus else {}
        rule = client.describe_rule(Name=name, **where)
        return RuleFacts(rule, ask(lambda: client.list_targets_by_rule(Rule=name, **where)["Targets"]))

    def links(self, survey: Survey, resource: Resource, facts: RuleFacts) -> Iterable[Link]:
        """To its targets."""
        for target in [] if isinstance(facts.targets, NoAnswer) else facts.targets:
            dead_letters = target.get("DeadLetterConfig", {}).get("Arn", "")
            for arn in filter(None, (target["Arn"], dead_letters)):
                if other := survey.called(arn):
                    yield Link(resource, other)

    def metrics(self, survey: Survey, resource: Resource) -> Sequence[Metric]:
        """How often it matched, and its targets refused."""
        del survey
        of_it = {"RuleName": resource.physical_id.rpartition("|")[2]}
        return (Metric("AWS/Events", "TriggeredRules", of_it), Metric("AWS/Events", "FailedInvocations", of_it))

    def judge(self, seen: Seen, resource: Resource, facts: RuleFacts) -> Iterator[Finding]:
        """Off, without a target, or refused by it."""
        name = facts.rule["Name"]
        bus = facts.rule.get("EventBusName", "default")
        where = "" if bus == "default" else f" --event-bus-name {bus}"
        yield from unanswered(facts.targets)
        if facts.rule.get("State") == "DISABLED":
            yield sick(
                "disabled", Weight.OFF, "it is disabled", next_command=f"aws events enable-rule --name {name}{where}"
            )
        if not isinstance(facts.targets, NoAnswer) and not facts.targets:
            see = f"aws cloudformation detect-stack-drift --stack-name {seen.survey.stack}"
            yield sick("no-target", Weight.BROKEN, "it has no target", next_command=see)
        if failed := seen.figure(resource, "FailedInvocations"):
            yield sick(
                "not-delivered",
                seen.weight(resource, "FailedInvocations", Weight.FAILING),
                f"{counted(failed, 'event')} could not be delivered: its target refuses or is not there",
                f"metric FailedInvocations: {failed:.0f}",
                next_command=f"aws events list-targets-by-rule --rule {name}{where}",
            )
        yield healthy("rule", f"enabled, matched {counted(seen.figure(resource, 'TriggeredRules'), 'event')}")
