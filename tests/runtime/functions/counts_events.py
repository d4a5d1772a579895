"""Answers how many events are in memory while it runs."""

import gc
from typing import Any


def handler(event: Any, _context: Any) -> int:
    if event.get("fail"):
        raise LookupError("no basket")
    gc.collect()
    return sum(1 for thing in gc.get_objects() if type(thing) is dict and thing.get("marker") == "event")
