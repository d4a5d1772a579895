"""Alarms that watch a whole fleet of functions with one resource each.

A Metrics Insights query with GROUP BY makes an alarm of many time series, its "contributors":
docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Metrics_Insights_Alarm.html.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..errors import Problems
from .alarm import AlarmRule

# An error is dated to when its invocation began, which may be as long ago as the longest timeout.
_ERRORS_COME_WITHIN_MINUTES = 16
_TAG = re.compile(r"[\w.:/=+@ -]{1,256}")


@dataclass(frozen=True)
class Fleet:
    """Functions watched together.

    Attributes:
        tag: key and value that they have; None: every function of account and region.
        errors: failed invocations of one function within a minute; None: no such alarm.
        throttles: refused invocations of one function within a minute; None: no such alarm.
    """

    tag: tuple[str, str] | None
    errors: int | None
    throttles: int | None

    def check(self, problems: Problems) -> None:
        """Notes what no query can hold."""
        if self.tag is not None and not _is_tag(self.tag):
            problems.add("alarms.fleet(tag=)", self.tag, "a tag's key and value", "Write ('team', 'growth').")
        for name, threshold in (("errors", self.errors), ("throttles", self.throttles)):
            if threshold is not None and (type(threshold) is not int or threshold < 1):
                problems.add(
                    f"alarms.fleet({name}=)",
                    threshold,
                    "a whole number, 1 or more, or None",
                    "Use None to have no such alarm.",
                )

    def rules(self) -> Iterator[AlarmRule]:
        """Yields the alarms; their metric has no dimension of its own to name."""
        for metric_name, threshold, minutes in (
            ("Errors", self.errors, _ERRORS_COME_WITHIN_MINUTES),
            ("Throttles", self.throttles, 1),
        ):
            if threshold is not None:
                yield AlarmRule(
                    name=f"Fleet{metric_name}",
                    namespace="AWS/Lambda",
                    metric_name=metric_name,
                    statistic="Sum",
                    threshold=threshold,
                    evaluation_periods=minutes,
                    expression=self._query(metric_name),
                    meaning=f"at least one function has {metric_name.lower()}: the alarm's contributors name which.",
                    first_steps="Open the contributors, then the function's issues in Sentry.",
                )

    def _query(self, metric_name: str) -> str:
        where = f" WHERE tag.\"{self.tag[0]}\" = '{self.tag[1]}'" if self.tag else ""
        grouped = "GROUP BY FunctionName ORDER BY SUM() DESC"
        return f'SELECT SUM({metric_name}) FROM SCHEMA("AWS/Lambda", FunctionName){where} {grouped}'  # noqa: S608  (no SQL)


def _is_tag(given: object) -> bool:
    return (
        isinstance(given, tuple | list)
        and len(given) == 2  # noqa: PLR2004  (key and value)
        and all(isinstance(part, str) and _TAG.fullmatch(part) for part in given)
    )
