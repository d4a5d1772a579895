"""Statistics for measurements that are taken side by side on a noisy machine."""

import statistics
from collections.abc import Callable, Iterable, Sequence
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


def median(values: Iterable[float]) -> float:
    """The median."""
    return statistics.median(values)


def median_added(values: Sequence[float], base: Sequence[float]) -> float:
    """The median of what each value has over the base measured in the same turn."""
    return statistics.median(value - other for value, other in zip(values, base, strict=True))


def median_ratio(values: Sequence[float], base: Sequence[float]) -> float:
    """The median of each value's ratio to the base measured in the same turn."""
    return statistics.median(value / other for value, other in zip(values, base, strict=True))
