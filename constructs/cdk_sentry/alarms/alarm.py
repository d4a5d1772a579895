"""One alarm: what it watches, when it fires, what it says, and how it becomes a resource."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from .severity import Severity

_AT_LEAST = "GreaterThanOrEqualToThreshold"
_OUTSIDE_BAND = "LessThanLowerOrGreaterThanUpperThreshold"
# docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
_MAX_DESCRIPTION = 1024
# What CloudFormation puts in for region, account and names may be longer than the text that stands for it here.
_MAX_KNOWN_DESCRIPTION = 900


@dataclass(frozen=True)
class MathInput:
    """A metric that an expression refers to.

    Attributes:
        identifier: the expression's name for it, beginning with a lower-case letter.
        metric_name: of the alarm's namespace.
        statistic: such as `Sum`.
        dimensions: beside those of the resource.
    """

    identifier: str
    metric_name: str
    statistic: str
    dimensions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class AlarmRule:
    """An alarm on one metric, or one expression, of one resource.

    Attributes:
        name: short, unique among the alarms of one resource; ends the alarm's name and logical id.
        namespace: CloudWatch's namespace, e.g. `AWS/Lambda`.
        metric_name: the metric; for an expression the one that it is mostly about.
        statistic: `Sum`, `Maximum`, `p95` ...
        meaning: what the engineer on call reads first: what happened.
        threshold: fires at this value or above, in the metric's own unit; for an anomaly the width of the band, in
            standard deviations.
        causes: the usual ones.
        first_steps: what to do first.
        severity: whether somebody should be woken.
        period_s: length of one evaluated period in seconds.
        evaluation_periods: how many of the latest periods are looked at.
        datapoints_to_alarm: how many of them must reach the threshold.
        treat_missing_data: what a period without data means, in CloudWatch's words.
        comparison: how value and threshold are compared, in CloudWatch's words.
        expression: of metric math or Metrics Insights; the metric itself when left out.
        inputs: what the expression refers to.
        anomaly: whether the metric is compared to a band around what CloudWatch expects, which it learns in up to
            two weeks.
    """

    name: str
    namespace: str
    metric_name: str
    statistic: str
    meaning: str
    threshold: float = 1
    causes: str = ""
    first_steps: str = ""
    severity: Severity = Severity.CRITICAL
    period_s: int = 60
    evaluation_periods: int = 1
    datapoints_to_alarm: int = 1
    treat_missing_data: str = "notBreaching"
    comparison: str = _AT_LEAST
    expression: str | None = None
    inputs: tuple[MathInput, ...] = ()
    anomaly: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether it is on one metric with a fixed threshold, which every emulator of AWS takes."""
        return self.expression is None and not self.anomaly

    @property
    def text(self) -> str:
        """What it means, the usual causes, what to do first: what both the alarm and the documentation say."""
        parts = (self.meaning, self.causes and f"Usual causes: {self.causes}", self.first_steps)
        return " ".join(part for part in parts if part)

    def alarm(
        self,
        scope: Construct,
        construct_id: str,
        *,
        dimensions: Mapping[str, str],
        subject: str,
        actions: Sequence[str],
        name: str | None = None,
        ok_actions: Sequence[str] | None = None,
        links: Sequence[str] = (),
    ) -> cloudwatch.CfnAlarm:
        """Declares the alarm.

        Args:
            scope: where the alarm's resource goes.
            construct_id: its id there.
            dimensions: which resource; an alarm without dimensions watches nothing, unless the metric has none.
            subject: how the resource is called in the alarm's description.
            actions: ARNs that are told of ALARM.
            name: of the alarm; CloudFormation makes one when left out.
            ok_actions: ARNs that are told of OK; those of `actions` when left out.
            links: end the description.

        An L1 alarm: it costs half of what the L2 does at synth, and its dimension may name a resource for which
        no L2 exists.
        """
        return cloudwatch.CfnAlarm(
            scope,
            construct_id,
            alarm_name=name,
            alarm_description=self._description(subject, links),
            evaluation_periods=self.evaluation_periods,
            datapoints_to_alarm=self.datapoints_to_alarm,
            treat_missing_data=self.treat_missing_data,
            alarm_actions=list(actions),
            ok_actions=list(actions if ok_actions is None else ok_actions),
            **(self._plain(dimensions) if self.is_plain else self._computed(dimensions)),
        )

    def _description(self, subject: str, links: Sequence[str]) -> str:
        text = f"{subject}: {self.text} Severity: {self.severity}."
        for link in links:
            if len(text) + len(link) < _MAX_KNOWN_DESCRIPTION:
                text += f" {link}"
        return text[:_MAX_DESCRIPTION]

    def _plain(self, dimensions: Mapping[str, str]) -> dict[str, Any]:
        return {
            "namespace": self.namespace,
            "metric_name": self.metric_name,
            "dimensions": _pairs(dimensions) or None,
            **_statistic(self.statistic),
            "threshold": self.threshold,
            "comparison_operator": self.comparison,
            "period": self.period_s,
        }

    def _computed(self, dimensions: Mapping[str, str]) -> dict[str, Any]:
        if self.anomaly:
            band = {"id": "band", "expression": f"ANOMALY_DETECTION_BAND(m1, {self.threshold:g})", "label": "expected"}
            metric = self._query(MathInput("m1", self.metric_name, self.statistic), dimensions, return_data=True)
            return {
                "metrics": [metric, {**band, "returnData": True}],
                "threshold_metric_id": "band",
                "comparison_operator": _OUTSIDE_BAND,
            }
        expression: dict[str, Any] = {"id": "value", "expression": self.expression, "label": self.name}
        expression["returnData"] = True
        if not self.inputs:
            expression["period"] = self.period_s
        metrics = [self._query(each, dimensions, return_data=False) for each in self.inputs]
        return {
            "metrics": [expression, *metrics],
            "threshold": self.threshold,
            "comparison_operator": self.comparison,
        }

    def _query(self, given: MathInput, dimensions: Mapping[str, str], *, return_data: bool) -> dict[str, Any]:
        metric = {
            "namespace": self.namespace,
            "metricName": given.metric_name,
            "dimensions": _pairs({**dimensions, **dict(given.dimensions)}),
        }
        stat = {"metric": metric, "stat": given.statistic, "period": self.period_s}
        return {"id": given.identifier, "metricStat": stat, "returnData": return_data}


def _pairs(dimensions: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in sorted(dimensions.items())]


def _statistic(statistic: str) -> dict[str, str]:
    return {"extended_statistic" if statistic.startswith("p") else "statistic": statistic}
