"""One graph: some metrics of resources of one kind, readable for one resource and for hundreds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# As many lines as an eye can follow; above, their sum and the highest ten.
_MAX_LINES = 20
_TOP = 10
# A widget takes 500 metrics, expressions included:
# docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
_MAX_METRICS = 498


@dataclass(frozen=True)
class Series:
    """One metric.

    Attributes:
        metric_name: of the graph's namespace.
        statistic: such as `Sum`.
        label: says what it is, where a graph has several.
        dimensions: beside those of the resource.
    """

    metric_name: str
    statistic: str
    label: str = ""
    dimensions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Graph:
    """What one graph shows of each resource of a kind.

    Attributes:
        title: with the unit.
        namespace: CloudWatch's.
        series: one or more metrics.
    """

    title: str
    namespace: str
    series: tuple[Series, ...]

    def properties(self, resources: Sequence[tuple[Mapping[str, str], str]], region: str) -> dict[str, Any]:
        """The graph as CloudWatch's JSON.

        Args:
            resources: dimensions and label of each.
            region: where the metrics are.
        """
        shown = resources[: _MAX_METRICS // len(self.series)]
        lines = len(shown) * len(self.series)
        rows = self._folded(shown) if lines > _MAX_LINES else self._lines(shown)
        title = self.title if len(shown) == len(resources) else f"{self.title}: {len(shown)} of {len(resources)}"
        return {
            "title": title,
            "view": "timeSeries",
            "region": region,
            "stat": self.series[0].statistic,
            "period": 60,
            "metrics": list(_shortened(rows)),
            "yAxis": {"left": {"min": 0}},
        }

    def _lines(self, resources: Sequence[tuple[Mapping[str, str], str]]) -> list[list[Any]]:
        rows = []
        for dimensions, name in resources:
            for series in self.series:
                label = " ".join(part for part in (name if len(resources) > 1 else "", series.label) if part) or name
                rows.append(self._metric(series, dimensions, {"label": label}))
        return rows

    def _folded(self, resources: Sequence[tuple[Mapping[str, str], str]]) -> list[list[Any]]:
        rows: list[list[Any]] = []
        for position, series in enumerate(self.series):
            found, by = f'METRICS("s{position}x")', "SUM" if series.statistic == "Sum" else "MAX"
            if by == "SUM":
                label = f"{series.label or series.metric_name}, all {len(resources)}"
                rows.append([{"expression": f"SUM({found})", "label": label, "id": f"total{position}"}])
            rows.append([{"expression": f"SORT({found}, {by}, DESC, {_TOP})", "label": "", "id": f"top{position}"}])
        for position, series in enumerate(self.series):
            for number, (dimensions, name) in enumerate(resources):
                options = {"id": f"s{position}x{number}", "visible": False, "label": name}
                rows.append(self._metric(series, dimensions, options))
        return rows

    def _metric(self, series: Series, dimensions: Mapping[str, str], options: dict[str, Any]) -> list[Any]:
        if series.statistic != self.series[0].statistic:
            options = {**options, "stat": series.statistic}
        pairs = [part for pair in {**dimensions, **dict(series.dimensions)}.items() for part in pair]
        return [self.namespace, series.metric_name, *pairs, options]


def _shortened(rows: Sequence[list[Any]]) -> Iterator[list[Any]]:
    """The rows with `...` for what a metric shares with the one before it: all but its last dimension's value."""
    previous: list[Any] = []
    for row in rows:
        yield ["...", *row[-2:]] if row[:-2] and row[:-2] == previous else row
        previous = row[:-2]
