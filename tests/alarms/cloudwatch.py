"""CloudWatch's evaluation of a metric alarm, as far as its rules are documented.

docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html, "How alarm state is evaluated when data is
missing": CloudWatch looks at more periods than the alarm names (the "evaluation range", 5 for 3 in its examples). The
latest real data points count; only where there are fewer than the alarm's periods is the lack filled with what missing
data is said to mean. The alarm is on when at least "datapoints to alarm" of them reach the threshold.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

# What CloudWatch reads beyond the periods of the alarm, in its documented examples.
_BEYOND = 2
_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
}
_STATISTICS: Mapping[str, Callable[[Sequence[float]], float]] = {"Sum": sum, "Maximum": max, "Minimum": min}


class Rule(Protocol):
    """What of an alarm its evaluation needs."""

    @property
    def statistic(self) -> str: ...
    @property
    def threshold(self) -> float: ...
    @property
    def period_s(self) -> int: ...
    @property
    def evaluation_periods(self) -> int: ...
    @property
    def datapoints_to_alarm(self) -> int: ...
    @property
    def treat_missing_data(self) -> str: ...
    @property
    def comparison(self) -> str: ...


def statistic_of(name: str, values: Sequence[float]) -> float | None:
    """One data point from the values of a period; None if there are none."""
    if not values:
        return None
    if name.startswith("p"):
        rank = math.ceil(float(name[1:]) / 100 * len(values))
        return sorted(values)[max(rank, 1) - 1]
    return _STATISTICS[name](values)


def is_in_alarm(rule: Rule, datapoints: Sequence[float | None]) -> bool:
    """Whether an alarm is on.

    Args:
        rule: the alarm; its missing data is `breaching` or `notBreaching`, the two that depend on no earlier state.
        datapoints: one per period, oldest first, None where there is none; those of the evaluation range are used.
    """
    assert rule.treat_missing_data in ("breaching", "notBreaching"), "the others depend on earlier states"
    wanted = rule.evaluation_periods
    seen = datapoints[-(wanted + _BEYOND) :]
    breaches = _COMPARISONS[rule.comparison]
    real = [breaches(value, rule.threshold) for value in seen if value is not None][-wanted:]
    filled = [rule.treat_missing_data == "breaching"] * (wanted - len(real))
    return sum(real + filled) >= rule.datapoints_to_alarm


def changes(rule: Rule, minutes: Sequence[Sequence[float]]) -> list[tuple[int, bool]]:
    """When an alarm goes on and off.

    Args:
        rule: the alarm.
        minutes: the values that arrive in each minute from the start of the recording.

    Returns:
        pairs of the minute at whose end the state changes and whether the alarm is then on.
    """
    per_period = rule.period_s // 60
    datapoints: list[float | None] = []
    found: list[tuple[int, bool]] = []
    on = False
    for end in range(per_period, len(minutes) + 1, per_period):
        values = [value for minute in minutes[end - per_period : end] for value in minute]
        datapoints.append(statistic_of(rule.statistic, values))
        now = is_in_alarm(rule, datapoints)
        if now != on:
            found.append((end, now))
            on = now
    return found
