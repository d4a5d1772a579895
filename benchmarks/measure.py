"""Statistics for measurements that are taken side by side on a noisy machine."""

import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Subject = TypeVar("Subject")
Value = TypeVar("Value")


def interleaved(
    subjects: Sequence[Subject], repetitions: int, measure: Callable[[Subject], Value]
) -> dict[Subject, list[Value]]:
    """Measures every subject `repetitions` times in turns, each turn beginning with another subject.

    What disturbs the machine for a while then disturbs all alike, and nobody always runs after the same neighbour.
    """
    values: dict[Subject, list[Value]] = {subject: [] for subject in subjects}
    for turn in range(repetitions):
        first = turn % len(subjects)
        for subject in [*subjects[first:], *subjects[:first]]:
            values[subject].append(measure(subject))
    return values


def together(
    subjects: Sequence[Subject], repetitions: int, measure: Callable[[Subject], Value]
) -> dict[Subject, list[Value]]:
    """Measures all subjects at the same moment, `repetitions` times, each in a thread that waits for its process.

    For few subjects that differ by less than the machine does from one second to the next.
    """
    values: dict[Subject, list[Value]] = {subject: [] for subject in subjects}
    with ThreadPoolExecutor(len(subjects)) as threads:
        for _ in range(repetitions):
            for subject, value in zip(subjects, threads.map(measure, subjects), strict=True):
                values[subject].append(value)
    return values


def median(values: Iterable[float]) -> float:
    """The median."""
    return statistics.median(values)


def median_added(values: Sequence[float], base: Sequence[float]) -> float:
    """The median of what each value has over the base measured in the same turn."""
    return statistics.median(value - other for value, other in zip(values, base, strict=True))


def median_ratio(values: Sequence[float], base: Sequence[float]) -> float:
    """The median of each value's ratio to the base measured in the same turn."""
    return statistics.median(ratios(values, base))


def ratios(values: Sequence[float], base: Sequence[float]) -> list[float]:
    """Each value's ratio to the base measured in the same turn."""
    return [value / other for value, other in zip(values, base, strict=True)]


def error_of_median(values: Sequence[float]) -> float:
    """The standard error of the median, from the quartiles: outliers do not enter; 0 for a single value."""
    if len(values) < 2:  # noqa: PLR2004 - quartiles need two
        return 0.0
    lower, _, upper = statistics.quantiles(values)
    # The quartiles of a normal distribution are 1.349 standard deviations apart; its median has 1.253 times the
    # standard error of its mean.
    return 1.253 * (upper - lower) / 1.349 / math.sqrt(len(values))
