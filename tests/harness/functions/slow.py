"""Sleeps for `seconds` of the event."""

import time
from typing import Any


def handler(event: Any, _context: Any) -> dict[str, bool]:
    time.sleep(event["seconds"])
    return {"ok": True}
