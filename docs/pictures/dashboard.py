"""The outline of a deployed dashboard: its widgets where CloudWatch puts them, and what each shows, without data."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader

from docs.pictures.browser import WIDTH

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_COLUMNS = 24  # docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
_ROW_PX = 14
_MADE_UNIQUE = re.compile(r"[0-9A-F]{8}-[0-9A-F]+$")
_COLOURS = ("#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd")


def take(browser: "Browser", dashboard: Mapping[str, Any], picture: Path) -> None:
    """Takes a picture of a dashboard's outline.

    Args:
        browser: that takes it.
        dashboard: its body, as CloudWatch gives it.
        picture: where it goes.
    """
    page = browser.new_page(viewport={"width": WIDTH, "height": 1})
    page.set_content(html(dashboard))
    page.screenshot(path=picture, full_page=True)
    page.close()


def html(dashboard: Mapping[str, Any]) -> str:
    """The outline as a page."""
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
    environment.filters |= {"alarm_name": _alarm_name, "labels": _labels, "without_sources": _without_sources}
    return environment.get_template("dashboard.html.jinja").render(
        columns=_COLUMNS, row_px=_ROW_PX, colours=_COLOURS, widgets=dashboard["widgets"]
    )


def _alarm_name(arn: str) -> str:
    """What follows the construct's id, before which stand region, account, stack; without CloudFormation's digits."""
    return _MADE_UNIQUE.sub("", arn.partition("-Sentry")[2]).lstrip("-")


def _labels(metrics: Sequence[Sequence[Any]]) -> Iterator[str]:
    options = [row[-1] if isinstance(row[-1], dict) else {} for row in metrics]
    yield from (each["label"] for each in options if each.get("visible", True) and "label" in each)


def _without_sources(query: str) -> str:
    """A Logs Insights query begins with the names of all log groups."""
    return " | ".join(part for part in query.split(" | ") if not part.startswith("SOURCE "))
