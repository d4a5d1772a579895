"""The alarms on one EventBridge rule.

Metric names and dimensions: docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html. `RuleName` alone means
a rule of the default bus.
"""

from collections.abc import Iterator
from functools import partial

from aws_cdk import Fn

from .alarm import AlarmRule
from .kind import AlarmKind
from .resource import WatchedResource
from .template import Template, TemplateResource

KIND = "event_rule"
TYPES = ("AWS::Events::Rule",)

_rule = partial(AlarmRule, namespace="AWS/Events")
_kind = partial(AlarmKind, of=KIND)


def watched(template: Template) -> Iterator[WatchedResource]:
    """Yields the rules of a scope."""
    for each in template.of_type(*TYPES):
        yield WatchedResource(KIND, each.construct, each.resource, each.path, each.properties, _dimensions(each))


def _dimensions(rule: TemplateResource) -> dict[str, str]:
    bus = rule.resource._cfn_properties.get("eventBusName")  # noqa: SLF001  (see template.py)
    if not isinstance(bus, str) or bus == "default":
        return {"RuleName": rule.resource.ref}
    # The Ref of a rule on another bus is "bus|rule", and its bus may be given as an ARN.
    parts = Fn.split("|", rule.resource.ref)
    return {"EventBusName": Fn.select(0, parts), "RuleName": Fn.select(1, parts)}


def kinds() -> Iterator[AlarmKind]:
    """Yields the catalogue's entries."""
    yield _kind(
        key="rule_failed_invocations",
        rule=_rule(
            name="FailedInvocations",
            metric_name="FailedInvocations",
            statistic="Sum",
            meaning="EventBridge could not hand events to a target and gave up.",
            causes="no permission for the target or its key, a deleted target, a target throttled for a day.",
            first_steps="Check the target's policy; give the target a dead-letter queue to see the reason.",
        ),
        unit="events within a minute",
        why="It is counted when no attempt is left: each is an event lost.",
    )
