"""Waiting for a condition with a deadline, and the one error that every step of the demo fails with."""

import time
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")

_POLL_S = 0.1


class StepFailedError(Exception):
    """A step of the demo failed; the message says what happened and where to look."""


def wait_until(condition: Callable[[], Answer], *, what: str, timeout_s: float) -> Answer:
    """Asks `condition` until it gives something true.

    Args:
        condition: asked every 0.1 s.
        what: what is waited for, as it is said when it does not come.
        timeout_s: when to give up, in seconds.

    Returns:
        The first true answer.

    Raises:
        StepFailedError: no true answer in time; says the last one.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() >= deadline:
            raise StepFailedError(f"waited {timeout_s:g} s for {what}; the last answer was {answer!r}")
        time.sleep(_POLL_S)
