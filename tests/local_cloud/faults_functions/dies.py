"""Is killed in the middle of its work, as the kernel does when memory is short."""

import os
import signal
from typing import Any


def handler(_event: Any, _context: Any) -> None:
    print("order 17")  # noqa: T201  (a log line)
    os.kill(os.getpid(), signal.SIGKILL)
