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


def aggregate(days: Iterable[tuple[date, dict[str, int]]], period: Period, *, limit: int) -> dict[str, Any]:
    """Sums days into periods and a total.

    Args:
        days: counts by type of each day, in order; those behind the last period wanted are not taken.
        period: what to sum into.
        limit: of how many periods at most.

    Returns:
        `periods`, in order and without empty ones; `totals` of these periods; `next`, the first day that is not among
        them, to be given as `from` for the following page; null on the last.
    """
    by_label: dict[str, Counter[str]] = {}
    totals: Counter[str] = Counter()
    following = None
    for day, counts in days:
        label = period.label(day)
        if label not in by_label and len(by_label) == limit:
            following = day.isoformat()
            break
        by_label.setdefault(label, Counter()).update(counts)
        totals.update(counts)
    periods = [{"period": label, **_summed(counts)} for label, counts in by_label.items()]
    return {"periods": periods, "totals": _summed(totals), "next": following}


def _summed(counts: Counter[str]) -> dict[str, Any]:
    return {"counts": dict(sorted(counts.items())), "total": counts.total()}
