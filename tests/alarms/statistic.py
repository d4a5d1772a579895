"""CloudWatch's statistics: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html."""

import math
from collections.abc import Callable, Mapping, Sequence

_STATISTICS: Mapping[str, Callable[[Sequence[float]], float]] = {"Sum": sum, "Maximum": max, "Minimum": min}


def statistic_over(name: str, minutes: Sequence[Sequence[float]]) -> float | None:
    """One data point from what arrived in some minutes; None if nothing did.

    Args:
        name: `Sum`, `Maximum`, `Minimum` or a percentile such as `p95`.
        minutes: the values of each.
    """
    if name.startswith("p"):
        values = sorted(value for minute in minutes for value in minute)
        rank = math.ceil(float(name[1:]) / 100 * len(values))
        return values[max(rank, 1) - 1] if values else None
    statistic = _STATISTICS[name]
    by_minute = [statistic(minute) for minute in minutes if minute]
    return statistic(by_minute) if by_minute else None
