"""One entry of the catalogue: an alarm that every resource of a kind may have, and when one gets it."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from aws_cdk import Duration

from .alarm import AlarmRule
from .resource import WatchedResource

Choice = int | float | Duration | None


@dataclass(frozen=True)
class AlarmKind:
    """An alarm of the catalogue.

    Attributes:
        key: the attribute of `Alarms` that switches it on and says its threshold.
        of: the kind of resource.
        rule: the alarm; its threshold comes from the user's choice.
        unit: of the threshold that the user gives, for documentation: `invocations`, `of the timeout`.
        why: why the threshold is what it is, or why the alarm is off when nothing is said.
        duration_as: what a duration becomes: `ms` or `s` of the threshold, or the `period`.
        suggested: a threshold to begin with where it is off when nothing is said.
        trait: what the resource must be used for.
        without_trait: what it must not be used for.
        whole: what a share is a share of, from the resource's properties; None where that is not known.
        late_s: how many seconds after its own time a data point may come, from the resource's properties; so many more
            periods are looked at.
        when: in words, which resources have it.
    """

    key: str
    of: str
    rule: AlarmRule
    unit: str
    why: str
    duration_as: str = ""
    suggested: Choice = None
    trait: str | None = None
    without_trait: str | None = None
    whole: Callable[[Mapping[str, Any]], float | None] | None = None
    late_s: Callable[[Mapping[str, Any]], float] | None = None
    when: str = ""

    def rule_for(self, resource: WatchedResource, choice: Choice) -> AlarmRule | None:
        """The alarm for one resource, or None if it has none of this kind.

        Args:
            resource: which.
            choice: the user's threshold; None: no such alarm.
        """
        if choice is None or resource.kind != self.of:
            return None
        if (self.trait and self.trait not in resource.traits) or self.without_trait in resource.traits:
            return None
        return self.with_threshold(choice, resource.properties)

    def with_threshold(self, choice: Choice, properties: Mapping[str, Any]) -> AlarmRule | None:
        """The alarm at a threshold.

        Args:
            choice: as the user gave it.
            properties: of the resource.
        """
        if choice is None:
            return None
        rule = self._patient(properties)
        if isinstance(choice, Duration):
            milliseconds = choice.to_milliseconds()
            if self.duration_as == "period":
                return replace(rule, period_s=int(milliseconds / 1000))
            return replace(rule, threshold=milliseconds if self.duration_as == "ms" else milliseconds / 1000)
        if self.whole is None:
            return replace(rule, threshold=choice)
        whole = self.whole(properties)
        return replace(rule, threshold=choice * whole) if whole else None

    def _patient(self, properties: Mapping[str, Any]) -> AlarmRule:
        """The rule, looking back as far as data points come late."""
        if self.late_s is None:
            return self.rule
        late_periods = math.ceil(self.late_s(properties) / self.rule.period_s)
        return replace(self.rule, evaluation_periods=self.rule.evaluation_periods + late_periods)
