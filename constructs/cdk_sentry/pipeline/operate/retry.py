"""Repeats the part of a batch call that AWS did not take."""

import random
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from .deployed import OperationError

Entry = TypeVar("Entry")

_ATTEMPTS = 10
_FIRST_BACKOFF_S = 0.1
_LONGEST_BACKOFF_S = 10.0


def until_taken(
    what: str,
    entries: Sequence[Entry],
    call: Callable[[Sequence[Entry]], Sequence[Entry]],
    *,
    sleep: Callable[[float], Any] = time.sleep,
) -> None:
    """Calls until nothing is left over, waiting longer each time nothing moves.

    Args:
        what: is said if it does not succeed.
        entries: of the first call.
        call: makes one call and returns the entries that were not taken.
        sleep: waits so many seconds.

    Raises:
        OperationError: ten calls in a row took nothing.
    """
    left, idle = list(entries), 0
    while left:
        before = len(left)
        left = list(call(left))
        idle = idle + 1 if len(left) == before else 0
        if idle == _ATTEMPTS:
            raise OperationError(f"{what}: AWS refuses {len(left)} of {len(entries)} again and again; try again later")
        if left:
            sleep(random.uniform(0, min(_FIRST_BACKOFF_S * 2**idle, _LONGEST_BACKOFF_S)))  # noqa: S311 - jitter
