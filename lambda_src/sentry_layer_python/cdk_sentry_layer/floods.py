"""Identical errors: a function that melts down does not melt Sentry's quota or its own bill."""

import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable
    from logging import LogRecord
    from types import TracebackType

_MINUTE_S = 60
_MAX_KINDS = 1000


class Floods:
    """Counts errors of each kind in this environment and holds back what comes too often."""

    def __init__(self, max_per_minute: int) -> None:
        """Counts from now on.

        Args:
            max_per_minute: how many of a kind are let through in a minute; 0 for no limit.
        """
        self._max_per_minute = max_per_minute
        self._kinds: dict[Hashable, tuple[float, int, int]] = {}

    def admit(self, kind: "Hashable") -> int | None:
        """Counts one error.

        Args:
            kind: equal for identical errors.

        Returns:
            How many of this kind were held back since one was let through; None if this one is held back, too.
        """
        if self._max_per_minute == 0:
            return 0
        now_s = time.monotonic()
        since_s, let_through, held_back = self._kinds.get(kind, (now_s, 0, 0))
        if now_s - since_s >= _MINUTE_S:
            since_s, let_through = now_s, 0
        if let_through >= self._max_per_minute:
            self._kinds[kind] = (since_s, let_through, held_back + 1)
            return None
        if len(self._kinds) >= _MAX_KINDS:
            self._kinds.clear()
        self._kinds[kind] = (since_s, let_through + 1, 0)
        return held_back


def kind_of_error(error: BaseException, traceback: "TracebackType | None") -> "Hashable":
    """Type and place where it was raised."""
    if traceback is None:
        return type(error).__qualname__
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    return type(error).__qualname__, traceback.tb_frame.f_code.co_filename, traceback.tb_lineno


def kind_of_record(record: "LogRecord") -> "Hashable":
    """That of its error, else logger, template and place."""
    error = record.exc_info[1] if record.exc_info else None
    if error is not None:
        return kind_of_error(error, error.__traceback__)
    template = record.msg if isinstance(record.msg, str) else type(record.msg).__qualname__
    return record.name, template, record.pathname, record.lineno
