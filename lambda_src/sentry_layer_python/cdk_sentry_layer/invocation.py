"""One invocation: what is remembered about it until it has been reported."""

import collections
import contextvars
import threading
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    import logging
    from contextlib import ExitStack
    from types import TracebackType
    from typing import Any

MAX_BREADCRUMBS = 100


class News:
    """Something to report and the moment it happened.

    Attributes:
        what: an error of the function, a log record, or an error as JSON that the runtime posted.
        mechanism: Sentry's word for where it was caught.
        held_back: how many of the same were not sent since the last one sent.
        breadcrumbs: what was logged before, unless the SDK has it.
        traceback: of an error, from the function's own frames on; the runtime will add its own.
        context: the context variables at that moment, Sentry's scopes among them.
        frozen: a copy of those scopes, to be closed after the report.
        has_scope: whether Sentry's scopes in `context` are the invocation's own.
    """

    __slots__ = ("breadcrumbs", "context", "frozen", "has_scope", "held_back", "mechanism", "traceback", "what")

    def __init__(
        self,
        what: "BaseException | logging.LogRecord | str",
        invocation: "Invocation",
        *,
        mechanism: str = "aws_lambda",
        held_back: int = 0,
    ) -> None:
        self.what = what
        self.mechanism = mechanism
        self.held_back = held_back
        self.breadcrumbs = list(invocation.breadcrumbs)
        self.traceback: TracebackType | None = getattr(what, "__traceback__", None)
        self.context = contextvars.copy_context()
        self.frozen: ExitStack | None = None
        self.has_scope = invocation.scope is not None


class Invocation:
    """What happened in one invocation, or in init, which counts as one without a request.

    Attributes:
        event: the function's event.
        context: the runtime's context object, None in init.
        cold_start: whether this is the environment's first.
        started_s: when it began, seconds since the epoch.
        timeout_ms: what was left of the function's timeout when it began; None where nobody says.
        deadline_s: when the function times out, on the monotonic clock.
        thread_id: of the thread that runs the handler.
        breadcrumbs: log records kept while the SDK is not there.
        context_variables: as they were when it began, its Sentry scope among them.
        failed: whether the handler raised.
        has_ended: whether the handler is through.
        is_announced: whether its timeout was announced.
        is_prepared: whether announcing its timeout was prepared.
        remaining_ms: what was left of the timeout when the handler ended.
        news: what is to be reported, oldest first; taken out by the reporter's thread.
        seen: the last exception that was noted, so that it is not reported twice.
        scope: the invocation's own Sentry scope, open while the handler runs and the SDK is there.
        trace_headers: of the caller's trace, else of its own; None until somebody asks.
        transaction: of this invocation in full mode.
    """

    __slots__ = (
        "breadcrumbs",
        "cold_start",
        "context",
        "context_variables",
        "deadline_s",
        "event",
        "failed",
        "has_ended",
        "is_announced",
        "is_prepared",
        "news",
        "remaining_ms",
        "scope",
        "seen",
        "started_s",
        "thread_id",
        "timeout_ms",
        "trace_headers",
        "transaction",
    )

    def __init__(self, event: "Any", context: "Any", *, cold_start: bool) -> None:
        self.event = event
        self.context = context
        self.cold_start = cold_start
        self.started_s = time.time()
        self.thread_id = threading.get_ident()
        self.breadcrumbs: collections.deque[dict[str, Any]] = collections.deque(maxlen=MAX_BREADCRUMBS)
        self.news: collections.deque[News] = collections.deque()
        self.seen: BaseException | None = None
        self.scope: ExitStack | None = None
        self.trace_headers: dict[str, str] | None = None
        self.transaction: Any = None
        self.failed = False
        self.has_ended = False
        self.is_announced = False
        self.is_prepared = False
        self.context_variables: contextvars.Context | None = None
        self.timeout_ms = self.remaining_time_ms()
        self.remaining_ms: float | None = self.timeout_ms
        self.deadline_s = None if self.timeout_ms is None else time.monotonic() + self.timeout_ms / 1000

    def remaining_time_ms(self) -> float | None:
        """What is left of the function's timeout; None where nobody says."""
        remaining = getattr(self.context, "get_remaining_time_in_millis", None)
        return None if remaining is None else remaining()

    def end(self) -> None:
        """Notes the moment the handler ended and leaves the invocation's own scope."""
        self.has_ended = True
        self.remaining_ms = self.remaining_time_ms()
        scope, self.scope = self.scope, None
        if scope is not None:
            scope.close()


_current: contextvars.ContextVar[Invocation] = contextvars.ContextVar("cdk_sentry_invocation")
_latest = Invocation(None, None, cold_start=True)


def enter(invocation: Invocation) -> None:
    """Makes `invocation` the current one, here and for threads that know of none."""
    global _latest  # noqa: PLW0603  threads of the function's own have no context to look in
    _latest = invocation
    _current.set(invocation)


def enter_here(invocation: Invocation) -> None:
    """Makes `invocation` the current one in the running context alone."""
    _current.set(invocation)


def current() -> Invocation:
    """The invocation that the calling code belongs to; before the first one, that of init."""
    return _current.get(_latest)
