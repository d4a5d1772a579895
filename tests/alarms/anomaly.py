"""A stand-in for the model behind CloudWatch's anomaly detection.

CloudWatch does not publish its algorithm: it learns from up to two weeks, and minds trends and hourly, daily and weekly
patterns (docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Anomaly_Detection.html). Here the band is
the mean of the same time of day, half an hour to either side, on fourteen healthy days, and as many standard deviations
of it as asked to either side. So what is shown is how an alarm behaves given a sensible band, not the band itself.
"""

import functools
import statistics
from collections.abc import Sequence

from .recordings import DAY, Day, Key, healthy_day
from .statistic import statistic_over

_FIRST_SEED, _DAYS = 101, 14
_EVERY_MINUTES = 5
_AROUND_MINUTES = 30


def band(key: Key, statistic: str, period_minutes: int, deviations: float) -> list[tuple[float, float]]:
    """The lowest and highest expected value of a metric for a period that ends at each minute of a day.

    Args:
        key: of the metric.
        statistic: such as `Sum`.
        period_minutes: length of a period.
        deviations: half the width of the band, in standard deviations.
    """
    model = _model(key, statistic, period_minutes)
    return [(mean - deviations * deviation, mean + deviations * deviation) for mean, deviation in model]


@functools.cache
def _model(key: Key, statistic: str, period_minutes: int) -> list[tuple[float, float]]:
    """Mean and standard deviation for each minute."""
    ends = range(period_minutes, DAY + 1, _EVERY_MINUTES)
    samples: list[tuple[int, float]] = []
    for day in _weeks():
        minutes = day.of(*key)
        values = ((end, statistic_over(statistic, minutes[end - period_minutes : end])) for end in ends)
        samples += [(end, value) for end, value in values if value is not None]
    samples.sort()
    # One look at the samples for each step of the grid; the minutes between share it.
    grid = {end: _spread([value for at, value in samples if abs(at - end) <= _AROUND_MINUTES]) for end in ends}
    return [grid[max(end - end % _EVERY_MINUTES, ends.start)] for end in range(1, DAY + 1)]


@functools.cache
def _weeks() -> Sequence[Day]:
    return [healthy_day(seed) for seed in range(_FIRST_SEED, _FIRST_SEED + _DAYS)]


def _spread(values: Sequence[float]) -> tuple[float, float]:
    return statistics.fmean(values), statistics.pstdev(values)
