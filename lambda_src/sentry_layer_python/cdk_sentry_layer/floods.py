"""Floods of errors: a function that melts down does not melt Sentry's quota, its own memory or its own bill."""

import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable
    from logging import LogRecord
    from types import TracebackType

_MINUTE_S = 60
_MAX_KINDS = 1000

_KINDS_AT_ONCE = 10
"""So many floods are let through up to their own limits. A text with a number in it is a kind of its own each time, so
that a loop that logs has no limit but the one on all kinds together."""

_LEAST_IDENTICAL = 60
"""A lower limit on identical events says nothing about how many different ones are wanted."""

_MAX_TEMPLATE_LENGTH = 500
"""Of what tells kinds apart: a thousand of them are kept."""


class _Count:
    """Of what was let through in a minute, and of what was held back since."""

    __slots__ = ("held_back", "let_through", "since_s")

    def __init__(self, now_s: float) -> None:
        self.since_s = now_s
        self.let_through = self.held_back = 0

    def has_reached(self, limit: int, now_s: float) -> bool:
        """Whether `limit` was let through in the minute of `now_s`; never for 0."""
        if now_s - self.since_s >= _MINUTE_S:
            self.since_s, self.let_through = now_s, 0
        return 0 < limit <= self.let_through


class Floods:
    """Counts errors in this environment, each kind and all together, and holds back what comes too often."""

    def __init__(self, max_per_minute: int) -> None:
        """Counts from now on.

        Args:
            max_per_minute: how many of a kind are let through in a minute; 0 for no limit.
        """
        self._max_of_kind = max_per_minute
        self._max_of_all = max_per_minute and _KINDS_AT_ONCE * max(max_per_minute, _LEAST_IDENTICAL)
        self._kinds: dict[Hashable, _Count] = {}
        # Apart, so that nothing the function goes on after takes the place of what ended it.
        self._uncaught, self._others = _Count(time.monotonic()), _Count(time.monotonic())
        self._held_back = 0

    def admit(self, kind: "Hashable", *, is_uncaught: bool = False, has_room: bool = True) -> int | None:
        """Counts one error.

        Args:
            kind: equal for identical errors.
            is_uncaught: whether it ended the handler or a thread; has a limit on all kinds of its own.
            has_room: whether it could be kept.

        Returns:
            How many of this kind, or of too many kinds, were held back since one was let through; None if this one is
            held back, too.
        """
        now_s = time.monotonic()
        same = self._kinds.get(kind) or _Count(now_s)
        if same.has_reached(self._max_of_kind, now_s):
            same.held_back += 1
            return None
        together = self._uncaught if is_uncaught else self._others
        if not has_room or together.has_reached(self._max_of_all, now_s):
            self._held_back += 1
            return None
        if len(self._kinds) >= _MAX_KINDS:
            self._held_back += sum(count.held_back for count in list(self._kinds.values()) if count is not same)
            self._kinds.clear()
        self._kinds[kind] = same
        same.let_through += 1
        together.let_through += 1
        held_back = same.held_back + self._held_back
        same.held_back = self._held_back = 0
        return held_back

    def is_one_too_many(self, kind: "Hashable") -> bool:
        """Whether the next one of this kind would be held back for its kind, whatever becomes of others."""
        same = self._kinds.get(kind)
        return same is not None and same.has_reached(self._max_of_kind, time.monotonic())


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
    return record.name, kind_of_text(template), record.pathname, record.lineno


def kind_of_text(text: str) -> str:
    """Its beginning."""
    return text[:_MAX_TEMPLATE_LENGTH]
