"""Sums counters of days into longer periods."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Any

from activity_common.invalid import Invalid


class Period(StrEnum):
    """How finely a history is cut. Weeks are ISO weeks, so the first of January may lie in the year before."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"

    @classmethod
    def named(cls, name: str) -> "Period":
        """The period of this name.

        Raises:
            Invalid: there is none.
        """
        try:
            return cls(name)
        except ValueError:
            raise Invalid("granularity", name, f"one of {', '.join(cls)}") from None

    def label(self, day: date) -> str:
        """The period that a day lies in: 2025-01-31, 2025-W05, 2025-01 or 2025."""
        match self:
            case Period.DAY:
                return day.isoformat()
            case Period.WEEK:
                year, week, _ = day.isocalendar()
                return f"{year}-W{week:02}"
            case Period.MONTH:
                return day.isoformat()[:7]
            case Period.YEAR:
                return day.isoformat()[:4]


def aggregate(days: Iterable[tuple[date, dict[str, int]]], period: Period) -> dict[str, Any]:
    """Sums days into periods and a total.

    Args:
        days: counts by type of each day, in order.
        period: what to sum into.

    Returns:
        `periods`, in order and without empty ones, and `totals`.
    """
    by_label: dict[str, Counter[str]] = {}
    totals: Counter[str] = Counter()
    for day, counts in days:
        by_label.setdefault(period.label(day), Counter()).update(counts)
        totals.update(counts)
    periods = [{"period": label, **_summed(counts)} for label, counts in by_label.items()]
    return {"periods": periods, "totals": _summed(totals)}


def _summed(counts: Counter[str]) -> dict[str, Any]:
    return {"counts": dict(sorted(counts.items())), "total": counts.total()}
