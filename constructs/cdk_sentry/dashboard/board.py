"""Rows of widgets as CloudWatch's JSON, laid out here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jsii
from aws_cdk import Token
from aws_cdk import aws_cloudwatch as cloudwatch

from .substitution import as_json, substituted

WIDTH = 24  # columns of CloudWatch's grid


@dataclass(frozen=True)
class Widget:
    """A widget given as the JSON of CloudWatch's dashboard body.

    Attributes:
        kind: `metric`, `alarm`, `text` or `log`.
        properties: docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
        width: in columns of the grid, 24 at most.
        height: in rows of the grid.
    """

    kind: str
    properties: dict[str, Any]
    width: int = WIDTH
    height: int = 6


@jsii.implements(cloudwatch.IWidget)
class Board:
    """Any number of rows of widgets, as one widget for CDK.

    CDK's own widgets need an object, and so calls into jsii, for every widget and every metric they show.

    Args:
        rows: from top to bottom; each fits the grid's width.
    """

    def __init__(self, rows: Sequence[Sequence[Widget]]) -> None:
        self._rows = rows
        self._x = 0.0
        self._y = 0.0

    @property
    def width(self) -> float:
        """Columns."""
        return WIDTH

    @property
    def height(self) -> float:
        """Rows."""
        return sum(_height(row) for row in self._rows)

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
        self._x, self._y = x, y

    def to_json(self) -> list[Any]:
        """The widgets as they stand in the dashboard's body: what CDK takes for a number it puts there unquoted."""
        text = as_json(self._widgets())
        return [Token.as_number(substituted(text[1:-1]))]

    def _widgets(self) -> list[dict[str, Any]]:
        widgets: list[dict[str, Any]] = []
        y = self._y
        for row in self._rows:
            x = self._x
            for each in row:
                place = {"x": x, "y": y, "width": each.width, "height": each.height}
                widgets.append({"type": each.kind, **place, "properties": each.properties})
                x += each.width
            y += _height(row)
        return widgets


def _height(row: Sequence[Widget]) -> int:
    return max((each.height for each in row), default=0)
