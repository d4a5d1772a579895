"""Says how often its module ran, through the event's answer."""

import os
from typing import Any

os.environ["MODULE_LOADS"] = str(int(os.environ.get("MODULE_LOADS", "0")) + 1)


def handler(_event: Any, _context: Any) -> dict[str, int]:
    return {"loads": int(os.environ["MODULE_LOADS"])}
