"""One invocation: what is remembered about it until it has been reported."""

import collections
import threading
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from contextlib import ExitStack
    from contextvars import Context
    from types import TracebackType
    from typing import Any

MAX_BREADCRUMBS = 100


class Invocation:
    """What happened in one invocation, or in init, which counts as one without a context.

    Attributes:
        event: the function's event.
        context: the runtime's context object; None in init.
        cold_start: whether this is the environment's first.
        started_s: when it began, seconds since the epoch.
        timeout_ms: what was left of the function's timeout when it began; None where nobody says.
        deadline_s: when the function times out, on the monotonic clock.
        thread_id: of the thread that runs the handler.
        variables: the context variables as they were when it began, its Sentry scope among them; None without one.
        breadcrumbs: log records kept while the SDK is not there: (time, level, level's name, logger, text, extra).
        seen: the last exception that was noted, so that it is not reported twice.
        error: what the handler raised, with `traceback` and `error_variables` as they were then: the runtime adds
            frames of its own, and the invocation's Sentry scope is closed when the error is looked at.
        traceback: of the error.
        error_variables: context variables when the error was caught.
        has_ended: whether the handler is through.
        remaining_ms: what was left of the timeout when the handler ended.
        is_announced: whether its timeout was announced.
        scope: its own Sentry scope, open while the handler runs and the SDK is there.
        has_scope: whether it has, or had, such a scope.
        trace_headers: of the caller's trace, else of its own; None until somebody asks.
        transaction: in full mode.
    """

    __slots__ = (
        "breadcrumbs",
        "cold_start",
        "context",
        "deadline_s",
        "error",
        "error_variables",
        "event",
        "has_ended",
        "has_scope",
        "is_announced",
        "remaining_ms",
        "scope",
        "seen",
        "started_s",
        "thread_id",
        "timeout_ms",
        "trace_headers",
        "traceback",
        "transaction",
        "variables",
    )

    def __init__(self, event: "Any", context: "Any", *, cold_start: bool) -> None:
        self.event = event
        self.context = context
        self.cold_start = cold_start
        self.started_s = time.time()
        self.thread_id = threading.get_ident()
        self.variables: Context | None = None
        self.breadcrumbs: collections.deque[tuple[float, int, str, str, str, dict[str, Any]]]
        self.breadcrumbs = collections.deque(maxlen=MAX_BREADCRUMBS)
        self.seen: BaseException | None = None
        self.error: BaseException | None = None
        self.traceback: TracebackType | None = None
        self.error_variables: Context | None = None
        self.has_ended = self.has_scope = self.is_announced = False
        self.scope: ExitStack | None = None
        self.trace_headers: dict[str, str] | None = None
        self.transaction: Any = None
        self.timeout_ms = self.remaining_ms = self.remaining_time_ms()
        self.deadline_s = None if self.timeout_ms is None else time.monotonic() + self.timeout_ms / 1000

    def release(self) -> None:
        """Lets go of what belongs to the function: the next event is parsed before the next invocation begins."""
        self.event = self.seen = None
        self.breadcrumbs.clear()

    def remaining_time_ms(self) -> float | None:
        """What is left of the function's timeout; None where nobody says."""
        remaining = getattr(self.context, "get_remaining_time_in_millis", None)
        return None if remaining is None else remaining()


_latest = Invocation(None, None, cold_start=True)
_told = threading.local()


def enter(invocation: Invocation) -> None:
    """Makes `invocation` the current one. A process has one at a time; multi-concurrent runtimes fork workers."""
    global _latest  # noqa: PLW0603  every thread of the function sees it
    _latest = invocation


def tell(invocation: Invocation) -> None:
    """Makes `invocation` the current one of the calling thread, which reports it while the next one may run."""
    _told.invocation = invocation


def current() -> Invocation:
    """The invocation that the calling code belongs to; before the first one, that of init."""
    told: Invocation = getattr(_told, "invocation", _latest)
    return told
