"""Waits as long as the event says, or until its timeout is near."""

import logging
import threading
from typing import Any


def wait(seconds: float) -> None:
    threading.Event().wait(seconds)


def handler(event: Any, context: Any) -> Any:
    order_id = "o-1"
    if event.get("log"):
        logging.getLogger("shop").error("stuck with %s", order_id)
    if "leave_ms" in event:
        wait(context.get_remaining_time_in_millis() / 1000 - event["leave_ms"] / 1000)
    else:
        wait(event.get("seconds", 0))
    if event.get("fail"):
        raise LookupError(order_id)
    return {"ok": True}
