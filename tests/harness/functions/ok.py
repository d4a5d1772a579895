"""Answers at once."""

from typing import Any


def handler(event: Any, context: Any) -> dict[str, Any]:
    return {"ok": True, "request_id": context.aws_request_id, "event": event}
