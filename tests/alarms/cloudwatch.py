"""CloudWatch's evaluation of alarms as they stand in a template, as far as its rules are documented.

docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html:

- An alarm is evaluated every minute, on the periods that end then: at the end of minute 5 on the minutes 1 to 5, at the
  end of minute 6 on the minutes 2 to 6.
- CloudWatch looks at more periods than the alarm names (the "evaluation range", 5 for 3 in its examples). The latest
  real data points count; only where there are fewer than the alarm's periods is the lack filled with what missing data
  is said to mean. The alarm is on when at least "datapoints to alarm" of them breach.
- Of a Metrics Insights query with GROUP BY each series is evaluated by itself; the alarm is on while one of them is
  (Create_Metrics_Insights_Alarm.html).
- A composite alarm is what its rule says of the states of others (API_PutCompositeAlarm.html).
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from . import metric_math
from .anomaly import band
from .metric_math import Datapoints
from .recordings import DAY, Day, Key
from .statistic import statistic_over

# What CloudWatch reads beyond the periods of the alarm, in its documented examples.
_BEYOND = 2
_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
}
# Dimensions that tell apart what one resource measures several times; all others name the resource.
_PARTS = ("GlobalSecondaryIndexName", "Operation")
_SELECT = re.compile(r'SELECT SUM\((\w+)\) FROM SCHEMA\("([\w/]+)", FunctionName\).* GROUP BY FunctionName .*')
_BAND = re.compile(r"ANOMALY_DETECTION_BAND\((\w+), ([\d.]+)\)")
_ALARM = re.compile(r'ALARM\("([^"]+)"\)')

States = list[bool]


def is_on(alarm: Mapping[str, Any], breaching: Sequence[bool | None]) -> bool:
    """Whether an alarm is on.

    Args:
        alarm: its properties; its missing data is `breaching` or `notBreaching`, the two that depend on no earlier
            state.
        breaching: one per period, oldest first, None where there is no data point.
    """
    assert alarm["TreatMissingData"] in ("breaching", "notBreaching"), "the others depend on earlier states"
    wanted: int = alarm["EvaluationPeriods"]
    real = [each for each in breaching[-(wanted + _BEYOND) :] if each is not None][-wanted:]
    filled = [alarm["TreatMissingData"] == "breaching"] * (wanted - len(real))
    return bool(sum(real + filled) >= alarm["DatapointsToAlarm"])


def states(alarm: Mapping[str, Any], day: Day) -> States:
    """Whether an alarm is on at the end of each minute of a day.

    Args:
        alarm: the properties of an AWS::CloudWatch::Alarm, whose resource is the one that was recorded.
        day: what that resource, and others, sent to CloudWatch.
    """
    each_series = (_states(alarm, breaching) for breaching in _breaching(alarm, day))
    return [any(at_once) for at_once in zip(*each_series, strict=True)]


def composite_states(alarm: Mapping[str, Any], states_by_name: Mapping[str, States]) -> States:
    """Whether a composite alarm is on at the end of each minute.

    Args:
        alarm: the properties of an AWS::CloudWatch::CompositeAlarm whose rule is `ALARM("a") OR ALARM("b") ...`.
        states_by_name: of the alarms that its rule names.
    """
    rule = alarm["AlarmRule"]
    names = _ALARM.findall(rule)
    assert rule == " OR ".join(f'ALARM("{name}")' for name in names), rule
    return [any(at_once) for at_once in zip(*(states_by_name[name] for name in names), strict=True)]


def changes(on: States) -> tuple[tuple[int, bool], ...]:
    """When an alarm goes on and off: the minute at whose end its state changes, and whether it is then on."""
    before = [False, *on[:-1]]
    return tuple((minute, now) for minute, (now, was) in enumerate(zip(on, before, strict=True), start=1) if now != was)


def _states(alarm: Mapping[str, Any], breaching: Sequence[bool | None]) -> States:
    """From whether the period that ends with each minute breaches."""
    if alarm["TreatMissingData"] == "notBreaching" and not any(breaching):
        return [False] * len(breaching)
    period, seen = _period_minutes(alarm), alarm["EvaluationPeriods"] + _BEYOND
    on = [False] * len(breaching)
    for last in range(period - 1, len(breaching)):
        periods = range(last, period - 2, -period)[:seen]
        on[last] = is_on(alarm, [breaching[each] for each in reversed(periods)])
    return on


def _breaching(alarm: Mapping[str, Any], day: Day) -> Iterator[list[bool | None]]:
    """Yields for each series of an alarm whether the period that ends with each minute breaches."""
    period = _period_minutes(alarm)
    if "ThresholdMetricId" in alarm:
        (expression,) = (each["Expression"] for each in alarm["Metrics"] if each["Id"] == alarm["ThresholdMetricId"])
        identifier, deviations = _fully(_BAND, expression)
        (watched,) = (each["MetricStat"] for each in alarm["Metrics"] if each["Id"] == identifier)
        expected = band(_key(watched["Metric"]), watched["Stat"], period, float(deviations))
        values = _datapoints(watched["Metric"], watched["Stat"], period, day)
        yield [
            None if value is None else not low <= value <= high
            for value, (low, high) in zip(values, expected, strict=True)
        ]
        return
    breaches, threshold = _COMPARISONS[alarm["ComparisonOperator"]], alarm["Threshold"]
    for values in _series(alarm, period, day):
        yield [None if value is None else breaches(value, threshold) for value in values]


def _series(alarm: Mapping[str, Any], period: int, day: Day) -> Iterator[Datapoints]:
    if "MetricName" in alarm:
        yield _datapoints(alarm, alarm.get("Statistic") or alarm["ExtendedStatistic"], period, day)
        return
    (returned,) = (each for each in alarm["Metrics"] if each["ReturnData"])
    if returned["Expression"].startswith("SELECT"):
        metric_name, namespace = _fully(_SELECT, returned["Expression"])
        for name in day.functions(namespace, metric_name):
            yield _points("Sum", day.of(namespace, metric_name, name), period)
        return
    inputs = {
        each["Id"]: _datapoints(each["MetricStat"]["Metric"], each["MetricStat"]["Stat"], period, day)
        for each in alarm["Metrics"]
        if each is not returned
    }
    yield metric_math.evaluate(returned["Expression"], inputs)


def _datapoints(metric: Mapping[str, Any], statistic: str, period: int, day: Day) -> Datapoints:
    return _points(statistic, day.of(*_key(metric)), period)


def _points(statistic: str, minutes: Sequence[Sequence[float]], period: int) -> Datapoints:
    """The data point of the period that ends with each minute."""
    return [statistic_over(statistic, minutes[max(end - period, 0) : end]) for end in range(1, DAY + 1)]


def _key(metric: Mapping[str, Any]) -> Key:
    parts = [each["Value"] for each in metric.get("Dimensions", ()) if each["Name"] in _PARTS]
    return metric["Namespace"], metric["MetricName"], "".join(parts)


def _period_minutes(alarm: Mapping[str, Any]) -> int:
    if "Period" in alarm:
        return int(alarm["Period"]) // 60
    (period_s,) = {
        query["Period"]
        for each in alarm["Metrics"]
        for query in (each, each.get("MetricStat", {}))
        if "Period" in query
    }
    return int(period_s) // 60


def _fully(pattern: re.Pattern[str], text: str) -> tuple[str, ...]:
    match = pattern.fullmatch(text)
    assert match, f"the simulation cannot read {text}"
    return match.groups()
