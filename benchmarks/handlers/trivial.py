"""Answers at once; fails when the event says so."""

from typing import Any


class CheckoutError(Exception):
    """The function's own error."""


def handler(event: dict[str, Any], _context: object) -> dict[str, bool]:
    """Answers, or raises with the event's `fail` as message."""
    if "fail" in event:
        raise CheckoutError(event["fail"])
    return {"ok": True}
