"""One alarm: what it watches, when it fires, and how it becomes a resource."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct


@dataclass(frozen=True)
class AlarmRule:
    """A static alarm on one metric of one resource.

    Attributes:
        name: short, unique among the alarms of one resource; becomes part of the logical id.
        namespace: CloudWatch's namespace, e.g. `AWS/Lambda`.
        metric_name: the metric.
        statistic: `Sum`, `Maximum`, `p95` ...
        threshold: fires at this value or above, in the metric's own unit.
        period_s: length of one evaluated period in seconds.
        evaluation_periods: how many of the latest periods are looked at.
        datapoints_to_alarm: how many of them must reach the threshold.
        treat_missing_data: what a period without data means, in CloudWatch's words.
        meaning: what the engineer on call reads: what happened and what to do first.
    """

    name: str
    namespace: str
    metric_name: str
    statistic: str
    threshold: float
    meaning: str
    period_s: int = 60
    evaluation_periods: int = 1
    datapoints_to_alarm: int = 1
    treat_missing_data: str = "notBreaching"

    def alarm(
        self,
        scope: Construct,
        construct_id: str,
        *,
        dimensions: Mapping[str, str],
        subject: str,
        actions: Sequence[str],
    ) -> cloudwatch.CfnAlarm:
        """Declares the alarm.

        Args:
            scope: where the alarm's resource goes.
            construct_id: its id there.
            dimensions: which resource; never empty, since an alarm without dimensions watches nothing.
            subject: how the resource is called in the alarm's description.
            actions: ARNs that are told of ALARM and of OK.

        An L1 alarm: it costs half of what the L2 does at synth, and its dimension may name a resource for which
        no L2 exists.
        """
        percentile = self.statistic.startswith("p")
        return cloudwatch.CfnAlarm(
            scope,
            construct_id,
            alarm_description=f"{subject}: {self.meaning}",
            namespace=self.namespace,
            metric_name=self.metric_name,
            dimensions=[{"name": name, "value": value} for name, value in sorted(dimensions.items())],
            statistic=None if percentile else self.statistic,
            extended_statistic=self.statistic if percentile else None,
            threshold=self.threshold,
            comparison_operator="GreaterThanOrEqualToThreshold",
            period=self.period_s,
            evaluation_periods=self.evaluation_periods,
            datapoints_to_alarm=self.datapoints_to_alarm,
            treat_missing_data=self.treat_missing_data,
            alarm_actions=list(actions),
            ok_actions=list(actions),
        )
