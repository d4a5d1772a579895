"""Answers whether botocore is loaded."""

import sys
from typing import Any


def handler(_event: Any, _context: Any) -> bool:
    return any(name.partition(".")[0] == "botocore" for name in sys.modules)
