"""The whole page: state, parts, logs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import Stack
from aws_cdk import aws_cloudwatch as cloudwatch

from ..alarms.resource import WatchedResource
from .board import WIDTH, Board, Widget
from .logs import error_rows
from .names import dimensions_in
from .parts import PARTS, Part

# docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html, "alarms".
_MAX_ALARMS_PER_WIDGET = 100
_ALARMS_PER_ROW = 8
_CONSOLE = "console.aws.amazon.com"
_CONSOLES = {
    "cn-": "console.amazonaws.cn",
    "eusc-": "console.amazonaws-eusc.eu",
    "us-gov-": "console.amazonaws-us-gov.com",
}


@dataclass(frozen=True)
class Page:
    """What a dashboard is about.

    Attributes:
        title: Markdown; names service, environment, release, and links to Sentry.
        alarm_arns: whose state is shown on top.
        resources: each with a label.
        log_groups: of the functions.
        stack: whose dashboard it is.
    """

    title: str
    alarm_arns: Sequence[str]
    resources: Sequence[tuple[WatchedResource, str]]
    log_groups: Sequence[str]
    stack: Stack

    def rows(self) -> Iterator[list[Widget]]:
        """Yields rows of widgets from top to bottom."""
        region = self.stack.region
        yield [Widget("text", {"markdown": self.title}, height=2)]
        yield from self._alarms()
        for part in PARTS:
            shown = [
                (dimensions_in(self.stack, each), label)
                for each, label in self.resources
                if part.shows(each.kind, each.traits)
            ]
            if shown:
                yield [Widget("text", {"markdown": f"## {part.title}", "background": "transparent"}, height=1)]
                yield _graphs(part, shown, region)
        yield from error_rows(self.log_groups, region)

    def _alarms(self) -> Iterator[list[Widget]]:
        for start in range(0, len(self.alarm_arns), _MAX_ALARMS_PER_WIDGET):
            batch = list(self.alarm_arns[start : start + _MAX_ALARMS_PER_WIDGET])
            properties = {"title": "Alarms", "alarms": batch}
            height = 2 - (-len(batch) // _ALARMS_PER_ROW)
            if len(self.alarm_arns) > _MAX_ALARMS_PER_WIDGET:
                # Hundreds of green boxes say nothing.
                properties = {**properties, "title": f"In alarm, of {start + 1} to {start + len(batch)}"}
                properties["states"] = ["ALARM"]
                height = 2
            yield [Widget("alarm", properties, height=height)]


def _graphs(part: Part, shown: Sequence[tuple[Mapping[str, str], str]], region: str) -> list[Widget]:
    width = WIDTH // len(part.graphs)
    return [Widget("metric", graph.properties(shown, region), width=width) for graph in part.graphs]


def fill(dashboard: cloudwatch.Dashboard, page: Page) -> None:
    """Adds the page below what the user has put on the dashboard; nothing if it would be empty.

    Args:
        dashboard: where to.
        page: what.
    """
    if page.resources:
        dashboard.add_widgets(Board(list(page.rows())))


def dashboard_url(stack: Stack, name: str) -> str:
    """The dashboard's address in the console.

    Args:
        stack: says the region; where that is known at deployment only, it is taken for one of AWS's main partition.
        name: of the dashboard.
    """
    console = next((host for prefix, host in _CONSOLES.items() if stack.region.startswith(prefix)), _CONSOLE)
    return f"https://{console}/cloudwatch/home?region={stack.region}#dashboards/dashboard/{name}"
