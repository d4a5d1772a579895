"""The account's alarms, read once, and which of them watch a function."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

FUNCTION_NAME = "FunctionName"
_NAMED_IN_RULE = re.compile(r"""(?:ALARM|OK|INSUFFICIENT_DATA)\(\s*["']?([^"')]+)["']?\s*\)""")
# A query of Metrics Insights over all functions, each a time series of its own.
_OF_EVERY_FUNCTION = re.compile(
    r'FROM\s+(?:SCHEMA\(\s*)?"?AWS/Lambda"?(?!.*\bWHERE\b).*GROUP BY\s+"?FunctionName', re.DOTALL
)


@dataclass(frozen=True)
class Alarms:
    """All alarms of account and region.

    Attributes:
        metric: on metrics, as CloudWatch gives them.
        composite: on other alarms.
    """

    metric: Sequence[Mapping[str, Any]]
    composite: Sequence[Mapping[str, Any]] = ()

    def watching(self, function: str) -> list[Mapping[str, Any]]:
        """The alarms on a function, and those on every function.

        Args:
            function: its name.
        """
        return [*self._by_function.get(function, ()), *self._on_every_function]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def tells_somebody(self, alarm: Mapping[str, Any]) -> bool:
        """Whether the alarm, or a composite alarm on it, has an action for ALARM."""
        return bool(alarm.get("AlarmActions")) or alarm["AlarmName"] in self._told_by_composites

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(each["AlarmName"] for each in (*self.metric, *self.composite))

    @cached_property
    def _by_function(self) -> dict[str, list[Mapping[str, Any]]]:
        found: dict[str, list[Mapping[str, Any]]] = {}
        for alarm in self.metric:
            for name in _functions_of(alarm):
                found.setdefault(name, []).append(alarm)
        return found

    @cached_property
    def _on_every_function(self) -> list[Mapping[str, Any]]:
        return [
            alarm
            for alarm in self.metric
            if any(_OF_EVERY_FUNCTION.search(each.get("Expression", "")) for each in alarm.get("Metrics", ()))
        ]

    @cached_property
    def _told_by_composites(self) -> frozenset[str]:
        telling = (each for each in self.composite if each.get("ActionsEnabled", True) and each.get("AlarmActions"))
        return frozenset(name for each in telling for name in _NAMED_IN_RULE.findall(each.get("AlarmRule", "")))


def _functions_of(alarm: Mapping[str, Any]) -> set[str]:
    metrics = (each.get("MetricStat", {}).get("Metric", {}) for each in alarm.get("Metrics", ()))
    dimensions: Iterable[Mapping[str, str]] = [
        dimension for source in (alarm, *metrics) for dimension in source.get("Dimensions", ())
    ]
    return {each["Value"] for each in dimensions if each["Name"] == FUNCTION_NAME}


def watched_function(properties: Mapping[str, Any]) -> str | None:
    """The function that an alarm of a template watches; None for none, or where it cannot be told.

    Args:
        properties: the alarm's, resolved.
    """
    metrics = (each.get("MetricStat", {}).get("Metric", {}) for each in properties.get("Metrics", ()))
    for source in (properties, *metrics):
        for dimension in source.get("Dimensions", ()):
            if dimension.get("Name") == FUNCTION_NAME and isinstance(dimension.get("Value"), str):
                return str(dimension["Value"])
    return None
