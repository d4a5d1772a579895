"""The dashboard: what is broken first, then each metric of all functions side by side."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import jsii
from aws_cdk import aws_cloudwatch as cloudwatch

from .functions.function import MonitoredFunction

_FULL_WIDTH = 24  # columns of CloudWatch's grid
# docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html: 500 metrics a widget.
_METRICS_PER_WIDGET = 100


@dataclass(frozen=True)
class _Graph:
    """One metric of every function."""

    title: str
    metric_name: str
    statistic: str


_FUNCTION_GRAPHS = (
    _Graph("Invocations", "Invocations", "Sum"),
    _Graph("Errors", "Errors", "Sum"),
    _Graph("Throttles", "Throttles", "Sum"),
    _Graph("Duration, p95 (ms)", "Duration", "p95"),
)


@jsii.implements(cloudwatch.IWidget)
class JsonWidget:
    """A widget given as the JSON of CloudWatch's dashboard body.

    CDK's own widgets need an object, and so a call into jsii, for every metric they show.

    Args:
        kind: `metric`, `alarm`, `text` or `log`.
        properties: docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
        width: in columns of the grid, 24 at most.
        height: in rows.
    """

    def __init__(self, kind: str, properties: dict[str, Any], *, width: int, height: int) -> None:
        self._kind = kind
        self._properties = properties
        self._width = width
        self._height = height
        self._place: dict[str, float] = {}

    @property
    def width(self) -> float:
        """Columns."""
        return self._width

    @property
    def height(self) -> float:
        """Rows."""
        return self._height

    @property
    def warnings(self) -> list[str]:
        """None to give."""
        return []

    @property
    def warnings_v2(self) -> dict[str, str]:
        """None to give."""
        return {}

    def position(self, x: float, y: float) -> None:
        """Called by the dashboard's layout."""
        self._place = {"x": x, "y": y}

    def to_json(self) -> list[Any]:
        """The widget as it stands in the dashboard's body."""
        place = {**self._place, "width": self._width, "height": self._height}
        return [{"type": self._kind, **place, "properties": self._properties}]


def add_function_widgets(
    dashboard: cloudwatch.Dashboard,
    *,
    functions: Sequence[MonitoredFunction],
    alarm_arns: Sequence[str],
    region: str,
    title: str,
) -> None:
    """Adds a heading, the state of every alarm, and one graph per metric with a line for each function.

    Args:
        dashboard: where to.
        functions: what the graphs show; none: nothing is added.
        alarm_arns: the alarms whose state is shown on top.
        region: where the functions' metrics are.
        title: heads the dashboard, in Markdown.
    """
    if not functions:
        return
    dashboard.add_widgets(JsonWidget("text", {"markdown": title}, width=_FULL_WIDTH, height=2))
    if alarm_arns:
        properties = {"title": "Alarms", "alarms": list(alarm_arns)}
        rows = 2 + -(-len(alarm_arns) // 8)
        dashboard.add_widgets(JsonWidget("alarm", properties, width=_FULL_WIDTH, height=rows))
    for chunk in _chunks(functions, _METRICS_PER_WIDGET):
        graphs = list(_graphs(chunk, region))
        for left, right in zip(graphs[::2], graphs[1::2], strict=True):
            dashboard.add_widgets(left, right)


def _graphs(functions: Iterable[MonitoredFunction], region: str) -> Iterator[JsonWidget]:
    named = [(function.resource.ref, function.construct.node.id) for function in functions]
    for graph in _FUNCTION_GRAPHS:
        metrics = [["AWS/Lambda", graph.metric_name, "FunctionName", name, {"label": label}] for name, label in named]
        properties = {
            "title": graph.title,
            "view": "timeSeries",
            "region": region,
            "stat": graph.statistic,
            "period": 60,
            "metrics": metrics,
            "yAxis": {"left": {"min": 0}},
        }
        yield JsonWidget("metric", properties, width=_FULL_WIDTH // 2, height=6)


def _chunks(functions: Sequence[MonitoredFunction], size: int) -> Iterator[Sequence[MonitoredFunction]]:
    iterator = iter(functions)
    while chunk := tuple(itertools.islice(iterator, size)):
        yield chunk
