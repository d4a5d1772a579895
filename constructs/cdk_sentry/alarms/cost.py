"""What alarms, dashboard and topic cost a month, at list prices.

Those of US East (N. Virginia) in November 2026, before free tiers, in US dollars: aws.amazon.com/cloudwatch/pricing
(usage types CW:AlarmMonitorUsage, CW:CompositeAlarmMonitorUsage, CW:MetricInsightAlarmUsage of AWS's price list) and
aws.amazon.com/kms/pricing. What depends on use is left out: notifications, log queries, what the forwarder is called
for, and the metrics that a fleet's alarm goes through ($0.10 each). The kit sends no metrics of its own.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from .alarm import AlarmRule

ALARM_METRIC_USD = 0.10
COMPOSITE_ALARM_USD = 0.50
DASHBOARD_USD = 3.00
KEY_USD = 1.00
# A band is charged as the metric and its two edges.
_METRICS_OF_ANOMALY = 3


@dataclass(frozen=True)
class MonthlyCost:
    """What is charged whether or not anything happens.

    Attributes:
        alarms: how many alarms there are.
        alarm_metrics: metrics that they look at.
        composite_alarms: above them.
        dashboards: how many.
        keys: of KMS, for the topics.
    """

    alarms: int = 0
    alarm_metrics: int = 0
    composite_alarms: int = 0
    dashboards: int = 0
    keys: int = 0

    @property
    def usd(self) -> float:
        """US dollars a month."""
        return (
            self.alarm_metrics * ALARM_METRIC_USD
            + self.composite_alarms * COMPOSITE_ALARM_USD
            + self.dashboards * DASHBOARD_USD
            + self.keys * KEY_USD
        )

    def to_dict(self) -> dict[str, int | float]:
        """The counts and, as `usd`, their price."""
        return {**asdict(self), "usd": round(self.usd, 2)}

    def __add__(self, other: "MonthlyCost") -> "MonthlyCost":
        """Both together."""
        return MonthlyCost(
            self.alarms + other.alarms,
            self.alarm_metrics + other.alarm_metrics,
            self.composite_alarms + other.composite_alarms,
            self.dashboards + other.dashboards,
            self.keys + other.keys,
        )

    def __str__(self) -> str:
        """One line."""
        composite = f", {self.composite_alarms} composite" if self.composite_alarms else ""
        return (
            f"${self.usd:.2f} a month: {_count(self.alarms, 'alarm')} on {_count(self.alarm_metrics, 'metric')}"
            f"{composite}, {_count(self.dashboards, 'dashboard')}, {_count(self.keys, 'key')}"
        )


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def cost_of(rules: Iterable[AlarmRule], *, composite_alarms: int = 0) -> MonthlyCost:
    """What a stack costs.

    Args:
        rules: its alarms.
        composite_alarms: how many are above them.
    """
    counted = [charged_metrics(rule) for rule in rules]
    return MonthlyCost(len(counted), sum(counted), composite_alarms, dashboards=1, keys=1)


def charged_metrics(rule: AlarmRule) -> int:
    """How many metrics one alarm is charged as; a fleet's is charged by use."""
    if rule.anomaly:
        return _METRICS_OF_ANOMALY
    return 1 if rule.expression is None else len(rule.inputs)
