"""The account's alarms, read once, and which of them watch a function."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

FUNCTION_NAME = "FunctionName"
# By name or ARN; names may hold blanks and brackets, then they stand in quotes.
_NAMED_IN_RULE = re.compile(r"""(?:ALARM|OK|INSUFFICIENT_DATA)\(\s*(?:"([^"]+)"|'([^']+)'|([^\s"')]+))\s*\)""")
_ARN = re.compile(r"arn:[\w-]+:cloudwatch:[\w-]*:\d*:alarm:")
# A query of Metrics Insights over all functions, or those that have a tag, each a time series of its own.
_FLEET = re.compile(
    r"""FROM\s+(?:SCHEMA\(\s*)?"?AWS/Lambda\b.*?(?:\bWHERE\s+(?P<where>.*?)\s+)?GROUP\s+BY\s+"?FunctionName""",
    re.DOTALL | re.IGNORECASE,
)
_TAG = re.compile(r"""tag\.(?:"([^"]+)"|([\w:/=+@.-]+))\s*=\s*'([^']*)'""")


@dataclass(frozen=True)
class Alarms:
    """All alarms of account and region.

    Attributes:
        metric: on metrics, as CloudWatch gives them.
        composite: on other alarms.
    """

    metric: Sequence[Mapping[str, Any]]
    composite: Sequence[Mapping[str, Any]] = ()

    def watching(self, function: str, tags: Mapping[str, str]) -> list[Mapping[str, Any]]:
        """The alarms on a function, and those on a fleet that it is of.

        Args:
            function: its name.
            tags: what is known of its tags.
        """
        of_fleets = [alarm for alarm, tag in self._on_fleets if tag is None or tags.get(tag[0]) == tag[1]]
        return [*self._by_function.get(function, ()), *of_fleets]

    @property
    def ask_for_tags(self) -> bool:
        """Whether there are alarms on functions that have a tag."""
        return any(tag is not None for _, tag in self._on_fleets)

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
    def _on_fleets(self) -> list[tuple[Mapping[str, Any], tuple[str, str] | None]]:
        """Alarms on every function, or on those with a tag: the second of each."""
        found: list[tuple[Mapping[str, Any], tuple[str, str] | None]] = []
        for alarm in self.metric:
            queries = (_FLEET.search(each.get("Expression", "")) for each in alarm.get("Metrics", ()))
            for query in filter(None, queries):
                tag = _TAG.fullmatch(query["where"] or "")
                if query["where"] is None:
                    found.append((alarm, None))
                elif tag:  # of another filter nobody can tell whom it leaves
                    found.append((alarm, (tag[1] or tag[2], tag[3])))
        return found

    @cached_property
    def _told_by_composites(self) -> frozenset[str]:
        telling = (each for each in self.composite if each.get("ActionsEnabled", True) and each.get("AlarmActions"))
        named = (names for each in telling for names in _NAMED_IN_RULE.findall(each.get("AlarmRule", "")))
        return frozenset(_ARN.sub("", "".join(names)) for names in named)


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
