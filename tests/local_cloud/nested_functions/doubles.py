"""A function that shows by its answer that it ran."""

from typing import Any


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001  (AWS's interface)
    """Answers the question."""
    return {"answer": event["question"] * 2}
