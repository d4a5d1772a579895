"""What CloudWatch counted: every metric of every step in one call per 500."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..stacks import Resource
from .survey import Survey

_PER_CALL = 500
_PERIODS_S = (60, 300, 3600, 86_400)
_MAX_POINTS = 100


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric of a step.

    Attributes:
        namespace: of CloudWatch.
        name: of the metric.
        dimensions: that single out the step.
        statistic: `Sum`, `Maximum` or a percentile.
    """

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: str = "Sum"


@dataclass(frozen=True, slots=True)
class Figure:
    """What a metric comes to.

    Attributes:
        value: the sum, or the greatest, over the time that is looked at.
        last_at: begin of the last period that was not 0.
    """

    value: float
    last_at: datetime


def read_metrics(survey: Survey, wanted: Mapping[Resource, Sequence[Metric]]) -> dict[Resource, dict[str, Figure]]:
    """One figure for each metric.

    Args:
        survey: the diagnosis.
        wanted: metrics of each step.

    Returns:
        Figures by the metric's name; what CloudWatch has no data of, or only 0, is left out.
    """
    client = survey.aws.client("cloudwatch")
    asked = [(resource, metric) for resource, metrics in wanted.items() for metric in metrics]
    figures: dict[Resource, dict[str, Figure]] = {resource: {} for resource in wanted}
    for first in range(0, len(asked), _PER_CALL):
        part = asked[first : first + _PER_CALL]
        pages = client.get_paginator("get_metric_data").paginate(
            MetricDataQueries=[_query(index, metric, _period_s(survey)) for index, (_, metric) in enumerate(part)],
            StartTime=survey.since,
            EndTime=survey.until,
        )
        points: dict[int, list[tuple[datetime, float]]] = {}
        for page in pages:
            for result in page["MetricDataResults"]:
                found = zip(result["Timestamps"], result["Values"], strict=True)
                points.setdefault(int(result["Id"].removeprefix("m")), []).extend(each for each in found if each[1])
        for index, of_metric in points.items():
            if of_metric:
                resource, metric = part[index]
                figures[resource][metric.name] = _figure(metric, of_metric)
    return figures


def _figure(metric: Metric, points: Sequence[tuple[datetime, float]]) -> Figure:
    values = [value for _, value in points]
    return Figure(sum(values) if metric.statistic == "Sum" else max(values), max(at for at, _ in points))


def _query(index: int, metric: Metric, period_s: int) -> dict[str, Any]:
    return {
        "Id": f"m{index}",
        "MetricStat": {
            "Metric": {
                "Namespace": metric.namespace,
                "MetricName": metric.name,
                "Dimensions": [{"Name": name, "Value": value} for name, value in metric.dimensions.items()],
            },
            "Period": period_s,
            "Stat": metric.statistic,
        },
    }


def _period_s(survey: Survey) -> int:
    span_s = (survey.until - survey.since).total_seconds()
    return next((period_s for period_s in _PERIODS_S if span_s / period_s <= _MAX_POINTS), _PERIODS_S[-1])
