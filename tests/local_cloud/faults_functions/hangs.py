"""Never answers."""

import time
from typing import Any


def handler(_event: Any, _context: Any) -> None:
    print("order 17")  # noqa: T201  (a log line)
    time.sleep(60)
