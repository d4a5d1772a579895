"""Which alarms fire on which day, and when: each as it stands in a template, evaluated as CloudWatch does."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import aws_cdk as cdk

from cdk_sentry import Alarms
from cdk_sentry.alarms import AlarmRule, Severity
from cdk_sentry.alarms.catalogue import KINDS
from cdk_sentry.alarms.kind import AlarmKind
from cdk_sentry.alarms.summary import declare_summaries
from cdk_sentry.notifications import Notifications
from tests.synth.apps import resources_of, template_of

from .cloudwatch import States, changes, composite_states, states
from .recordings import CAPACITY_UNITS, INDEX, RESERVED_CONCURRENCY, RETENTION_HOURS, SCENARIOS, TIMEOUT_S

# What the thresholds that are shares are shares of, in the recorded pipeline.
_PROPERTIES = {
    "timeout": TIMEOUT_S,
    "reservedConcurrentExecutions": RESERVED_CONCURRENCY,
    "retentionPeriodHours": RETENTION_HOURS,
    "provisionedThroughput": {"readCapacityUnits": CAPACITY_UNITS, "writeCapacityUnits": CAPACITY_UNITS},
}
_DIMENSIONS = {"index": {"GlobalSecondaryIndexName": INDEX}}


@dataclass(frozen=True)
class Watch:
    """An alarm that is simulated.

    Attributes:
        name: by which it is asked for: the attribute of `Alarms`, or the call.
        rule: what it does; None for a summary.
        kind: its entry in the catalogue, if it has one.
        on: whether one gets it without saying anything.
    """

    name: str
    rule: AlarmRule | None = None
    kind: AlarmKind | None = None
    on: bool = False


@dataclass(frozen=True)
class Firing:
    """One alarm on one day.

    Attributes:
        watch: the alarm.
        scenario: the day.
        changes: minutes at whose end the alarm goes on (True) or off.
    """

    watch: Watch
    scenario: str
    changes: tuple[tuple[int, bool], ...]

    @property
    def text(self) -> str:
        """`14:01-14:23`, or several of them; empty when it did not fire."""
        spans, began = [], None
        for minute, on in self.changes:
            if on:
                began = minute
            elif began is not None:
                spans.append(f"{_clock(began)}-{_clock(minute)}")
                began = None
        if began is not None:
            spans.append(f"{_clock(began)}-")
        return ", ".join(spans[:2]) + (f" and {len(spans) - 2} more" if len(spans) > 2 else "")


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def watches() -> Iterator[Watch]:
    """Yields every alarm on metrics; those that are off with the threshold to begin with."""
    usual = Alarms()
    for kind in (each for kinds in KINDS.values() for each in kinds):
        choice = usual.of(kind.key)
        rule = kind.with_threshold(kind.suggested if choice is None else choice, _PROPERTIES)
        assert rule is not None, kind.key
        yield Watch(kind.key, rule, kind, on=choice is not None)
    fleet = Alarms.fleet().fleet_of
    assert fleet is not None
    for rule in fleet.rules():
        yield Watch(f"Alarms.fleet(), {rule.metric_name.lower()}", rule)


def firings() -> Iterator[Firing]:
    """Yields every alarm on every day, and the summaries above those that one gets without saying anything."""
    watched = list(watches())
    metric_alarms, summaries = _rendered(watched)
    for scenario, make in SCENARIOS.items():
        day = make()
        found: dict[str, States] = {}
        for number, watch in enumerate(watched):
            found[_alarm_name(number)] = states(metric_alarms[_alarm_name(number)], day)
            yield Firing(watch, scenario, changes(found[_alarm_name(number)]))
        for name, summary in summaries.items():
            on = composite_states(summary, found)
            yield Firing(Watch(f"Alarms(summary=True), {name}"), scenario, changes(on))


def _rendered(watched: list[Watch]) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """The properties of alarms by name, and of the summaries above those that are on, by severity."""
    stack = cdk.Stack(cdk.App(), "Simulated")
    names: Mapping[Severity, list[str]] = {severity: [] for severity in Severity}
    for number, watch in enumerate(watched):
        assert watch.rule is not None
        name = _alarm_name(number)
        dimensions = _DIMENSIONS.get(watch.kind.of, {}) if watch.kind else {}
        watch.rule.alarm(stack, name, dimensions=dimensions, subject=watch.name, actions=(), name=name)
        if watch.on:
            names[watch.rule.severity].append(name)
    declare_summaries(stack, names, prefix="", notifications=Notifications(stack, ()), links=(), after=())
    template = template_of(stack)
    alarms = [each["Properties"] for each in resources_of(template, "AWS::CloudWatch::Alarm").values()]
    composites = resources_of(template, "AWS::CloudWatch::CompositeAlarm").values()
    by_severity = {severity: each["Properties"] for severity, each in zip(names, composites, strict=True)}
    return {each["AlarmName"]: each for each in alarms}, {str(name): each for name, each in by_severity.items()}


def _alarm_name(number: int) -> str:
    return f"Alarm{number}"
