"""The alarms on one Step Functions state machine.

Metric names: docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html.
"""

from collections.abc import Iterator
from functools import partial

from .alarm import AlarmRule
from .kind import AlarmKind
from .resource import WatchedResource
from .severity import Severity
from .template import Template

KIND = "state_machine"
TYPES = ("AWS::StepFunctions::StateMachine",)

_rule = partial(AlarmRule, namespace="AWS/States")
_kind = partial(AlarmKind, of=KIND)


def watched(template: Template) -> Iterator[WatchedResource]:
    """Yields the state machines of a scope."""
    for each in template.of_type(*TYPES):
        dimensions = {"StateMachineArn": each.resource.ref}
        yield WatchedResource(KIND, each.construct, each.resource, each.path, each.properties, dimensions)


def kinds() -> Iterator[AlarmKind]:
    """Yields the catalogue's entries."""
    yield _kind(
        key="state_machine_failures",
        rule=_rule(
            name="Failed",
            metric_name="ExecutionsFailed",
            statistic="Sum",
            meaning="executions fail.",
            causes="a task whose error no Retry or Catch takes, a missing permission, a bad input.",
            first_steps="Open the failed execution: it shows the state, its input and the error.",
        ),
        unit="executions within a minute",
        why="A failed execution has used up its retries: its work is not done.",
    )
    yield _kind(
        key="state_machine_timeouts",
        rule=_rule(
            name="TimedOut",
            metric_name="ExecutionsTimedOut",
            statistic="Sum",
            meaning="executions take longer than they may.",
            causes="a task that hangs or waits for a token that nobody returns.",
            first_steps="Open the execution and see which state it was in.",
        ),
        unit="executions within a minute",
        why="As for failures: the work is not done.",
    )
    yield _kind(
        key="state_machine_throttles",
        rule=_rule(
            name="Throttled",
            metric_name="ExecutionThrottled",
            statistic="Sum",
            severity=Severity.WARNING,
            evaluation_periods=5,
            datapoints_to_alarm=3,
            meaning="state transitions wait for the account's limit.",
            causes="a burst of executions, a loop without a Wait.",
            first_steps="Compare the transitions with the account's quota; ask for more, or use Express workflows.",
        ),
        unit="transitions a minute, in 3 of 5 minutes",
        why="They are repeated, so nothing is lost; minutes of it make every execution late.",
    )
