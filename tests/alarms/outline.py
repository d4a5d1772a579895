"""A dashboard as text: what one would see, top to bottom, left to right."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any


def body_of(template: Mapping[str, Any]) -> dict[str, Any]:
    """The dashboard's JSON, with what CloudFormation puts in shown as `<name>`.

    CloudFormation puts values into the text as they are, so a value must not need escaping; names do not.
    """
    (dashboard,) = [each for each in template["Resources"].values() if each["Type"] == "AWS::CloudWatch::Dashboard"]
    loaded: dict[str, Any] = json.loads(_text(dashboard["Properties"]["DashboardBody"]))
    return loaded


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    ((function, argument),) = value.items()
    if function == "Fn::Join":
        return "".join(map(_text, argument[1]))
    if function == "Fn::Sub":
        body, variables = (argument, {}) if isinstance(argument, str) else argument
        return re.sub(r"\$\{([^!}]+)\}", lambda place: _name(variables.get(place[1], place[1])), body)
    return _name(argument)


def _name(reference: Any) -> str:
    if isinstance(reference, dict):
        return _text(reference)
    text = json.dumps(reference).replace('"', "")
    return f"<{text}>"


def outline(body: Mapping[str, Any]) -> list[str]:
    """One line per row of the grid: what each widget is, and how much it shows."""
    rows: dict[float, list[dict[str, Any]]] = {}
    for widget in body["widgets"]:
        rows.setdefault(widget["y"], []).append(widget)
    return [" | ".join(_said(each) for each in sorted(row, key=_column)) for _, row in sorted(rows.items())]


def _column(widget: Mapping[str, Any]) -> float:
    column: float = widget["x"]
    return column


def _said(widget: Mapping[str, Any]) -> str:
    properties = widget["properties"]
    if widget["type"] == "text":
        return str(properties["markdown"].splitlines()[0])
    if widget["type"] == "alarm":
        return f"[{properties['title']}: {len(properties['alarms'])} alarms]"
    if widget["type"] == "log":
        return f"[{properties['title']}: {properties['query'].count('SOURCE')} log groups]"
    visible = [each for each in metrics(properties) if each[2].get("visible", True)]
    expressions = [each for each in properties["metrics"] if isinstance(each[0], dict)]
    shown = f"{len(visible)} lines" if not expressions else "total and top" if len(expressions) > 1 else "top"
    return f"[{properties['title']}: {shown}]"


def metrics(properties: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], dict[str, str], dict[str, Any]]]:
    """Yields namespace and name, dimensions, options of every metric of a widget."""
    before: list[str] = []
    for row in properties["metrics"]:
        if isinstance(row[0], str):
            *named, options = row
            if named[0] == "...":
                named = [*before[: 1 - len(named)], *named[1:]]
            before = named
            yield (named[0], named[1]), dict(zip(named[2::2], named[3::2], strict=True)), options
