"""A dashboard as text: what one would see, top to bottom, left to right."""

import json
from collections.abc import Iterator, Mapping
from typing import Any


def body_of(template: Mapping[str, Any]) -> dict[str, Any]:
    """The dashboard's JSON, with what CloudFormation puts in shown as `<name>`.

    CloudFormation puts values into the text as they are, so a value must not need escaping; names do not.
    """
    (dashboard,) = [each for each in template["Resources"].values() if each["Type"] == "AWS::CloudWatch::Dashboard"]
    body = dashboard["Properties"]["DashboardBody"]
    parts = body["Fn::Join"][1] if isinstance(body, dict) else [body]
    loaded: dict[str, Any] = json.loads("".join(part if isinstance(part, str) else _name(part) for part in parts))
    return loaded


def _name(reference: Mapping[str, Any]) -> str:
    (value,) = reference.values()
    text = json.dumps(value).replace('"', "")
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
    for row in properties["metrics"]:
        if isinstance(row[0], str):
            *named, options = row
            yield (named[0], named[1]), dict(zip(named[2::2], named[3::2], strict=True)), options
