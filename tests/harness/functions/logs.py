"""Logs what the event says: `{"records": [["warning", "text"], ...]}`; `exception` logs one that was caught."""

import logging
from typing import Any

logger = logging.getLogger("shop")
logger.setLevel(logging.DEBUG)


def handler(event: Any, _context: Any) -> dict[str, bool]:
    for level, text in event["records"]:
        if level == "exception":
            try:
                int(text)
            except ValueError:
                logger.exception(text)
        else:
            logger.log(logging.getLevelName(level.upper()), text)
    if "fail" in event:
        raise RuntimeError(event["fail"])
    return {"ok": True}
