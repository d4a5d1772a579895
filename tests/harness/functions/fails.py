"""Raises when the event says so: `{"fail": "message"}`."""

from typing import Any


class CheckoutError(Exception):
    pass


def handler(event: Any, _context: Any) -> dict[str, bool]:
    if "fail" in event:
        raise CheckoutError(event["fail"])
    return {"ok": True}
