"""Counts how often its module was run."""

import os
from typing import Any

os.environ["LOADS"] = str(int(os.environ.get("LOADS", "0")) + 1)


def handler(_event: Any, _context: Any) -> Any:
    return {"loads": os.environ["LOADS"], "name": __name__, "handler": os.environ["_HANDLER"]}
