"""Which alarms of the catalogue fire on which day, and when."""

from collections.abc import Iterator
from dataclasses import dataclass

from cdk_sentry import Alarms
from cdk_sentry.alarms.catalogue import KINDS
from cdk_sentry.alarms.kind import AlarmKind

from .cloudwatch import changes
from .recordings import CAPACITY_UNITS, RESERVED_CONCURRENCY, RETENTION_HOURS, SCENARIOS, TIMEOUT_S

# What the thresholds that are shares are shares of, in the recorded pipeline.
_PROPERTIES = {
    "timeout": TIMEOUT_S,
    "reservedConcurrentExecutions": RESERVED_CONCURRENCY,
    "retentionPeriodHours": RETENTION_HOURS,
    "provisionedThroughput": {"readCapacityUnits": CAPACITY_UNITS, "writeCapacityUnits": CAPACITY_UNITS},
}


@dataclass(frozen=True)
class Firing:
    """One alarm on one day.

    Attributes:
        kind: of the catalogue.
        scenario: the day.
        changes: minutes at whose end the alarm goes on (True) or off.
    """

    kind: AlarmKind
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


def simulated(kind: AlarmKind) -> bool:
    """Whether an alarm is on one metric with a fixed threshold."""
    return kind.rule.is_plain


def firings() -> Iterator[Firing]:
    """Yields every simulated alarm on every day; those that are off by default with the threshold to begin with."""
    days = {name: make() for name, make in SCENARIOS.items()}
    usual = Alarms()
    for kind in (each for kinds in KINDS.values() for each in kinds if simulated(each)):
        choice = usual.of(kind.key)
        rule = kind.with_threshold(kind.suggested if choice is None else choice, _PROPERTIES)
        assert rule is not None, kind.key
        for name, day in days.items():
            minutes = day.of(rule.namespace, rule.metric_name)
            yield Firing(kind, name, tuple(changes(rule, minutes)))
