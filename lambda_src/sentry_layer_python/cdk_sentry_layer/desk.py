"""Takes the news, holds back what comes too often, and decides how long a report may take."""

import collections
import copy
import logging

from cdk_sentry_layer.floods import Floods, kind_of_error, kind_of_record, kind_of_text
from cdk_sentry_layer.log_records import MAX_TEXT_LENGTH
from cdk_sentry_layer.news import News
from cdk_sentry_layer.settings import Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping
    from types import TracebackType

    from cdk_sentry_layer.invocation import Invocation

MAX_WAITING = 100
"""To be reported, of what the function goes on after, and as many again of what ended it. So long is the SDK's queue by
default: it would drop more of one invocation anyway, but only after each had cost its time and memory."""

DEADLINE_MARGIN_MS = 200
"""Left unused before the function's timeout: AWS takes its time, too, to see that the runtime is done."""

INIT_LIMIT_MS = 10_000
"""Of the init phase (docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html)."""

MB_PER_VCPU = 1769
"""Memory setting at which a function has one vCPU (docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html)."""


class Desk:
    """One for the environment.

    Attributes:
        settings: of the environment.
        floods: what was let through and held back so far.
        news: what is to be reported, oldest first; the reporter's thread takes it out.
    """

    def __init__(self, environment: "Mapping[str, str]", sdk_is_ready: "Callable[[], bool]") -> None:
        """Opens with nothing on it.

        Args:
            environment: variables of the environment.
            sdk_is_ready: whether the SDK is imported and initialised.
        """
        self._sdk_is_ready = sdk_is_ready
        self.settings = Settings(environment)
        self.floods = Floods(self.settings.max_identical_events_per_minute)
        self.news: collections.deque[News] = collections.deque()

    @property
    def cpu_slowness(self) -> float:
        """How many times longer than on a whole vCPU something takes, by the function's memory setting."""
        memory_mb = self.settings.environment.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "")
        return max(1.0, MB_PER_VCPU / int(memory_mb)) if memory_mb.isdecimal() and int(memory_mb) else 1.0

    def note_error(
        self, invocation: "Invocation", error: BaseException, mechanism: str, traceback: "TracebackType | None"
    ) -> None:
        """Keeps `error`, unless it was kept before or is one of too many."""
        if invocation.seen is error:
            return
        invocation.seen = error
        held_back = self._admit_uncaught(kind_of_error(error, traceback))
        if held_back is not None:
            self.news.append(News(error, invocation, held_back=held_back, mechanism=mechanism, traceback=traceback))

    def note_posted_error(self, invocation: "Invocation", error_json: str) -> None:
        """Keeps an error of the runtime's own, as it posted it."""
        held_back = self._admit_uncaught(kind_of_text(error_json))
        if held_back is not None:
            self.news.append(News(error_json, invocation, held_back=held_back))

    def note_record(self, invocation: "Invocation", record: logging.LogRecord) -> None:
        """Keeps a record of level ERROR or above; hands any record to the SDK as breadcrumb where that is ready."""
        if self._sdk_is_ready():
            from cdk_sentry_layer import sdk

            if sdk.follows_logging():
                return
        if record.levelno >= logging.ERROR:
            self._note_logged_error(invocation, record)
        if invocation.scope is not None:
            sdk.add_record_as_breadcrumb(record)

    def report(self, invocation: "Invocation") -> None:
        """Sends all news.

        Args:
            invocation: whose time is left for it; its transaction is sent, too.
        """
        from cdk_sentry_layer import reporter

        remaining_ms = invocation.remaining_time_ms()
        budget_ms = float(self.settings.flush_timeout_ms)
        if remaining_ms is not None:
            budget_ms = min(budget_ms, remaining_ms - DEADLINE_MARGIN_MS)
        reporter.report(self.news, invocation, self.settings, budget_ms, self._sdk_is_ready)

    def report_init_error(self, invocation: "Invocation", error: BaseException, elapsed_s: float) -> None:
        """Sends an error of init, unless this environment sent the same shortly before.

        Args:
            invocation: that of init.
            error: as the runtime will see it.
            elapsed_s: since init began.
        """
        from cdk_sentry_layer import init_errors, reporter

        cause = _cause(error)
        if not init_errors.is_first(cause, self.settings.environment):
            return
        self.note_error(invocation, cause, "aws_lambda", cause.__traceback__)
        remaining_ms = INIT_LIMIT_MS - elapsed_s * 1000 - DEADLINE_MARGIN_MS
        budget_ms = min(self.settings.flush_timeout_ms, remaining_ms)
        reporter.report(self.news, invocation, self.settings, budget_ms, self._sdk_is_ready)

    def load_sdk(self) -> None:
        """Has the SDK loaded in the background: there may soon be something to report."""
        from cdk_sentry_layer import reporter

        reporter.load_sdk()

    def _admit_uncaught(self, kind: "Hashable") -> int | None:
        return self.floods.admit(kind, is_uncaught=True, has_room=len(self.news) < 2 * MAX_WAITING)

    def _note_logged_error(self, invocation: "Invocation", record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and error is invocation.seen:
            return
        kind = kind_of_record(record)
        held_back = self.floods.admit(kind, has_room=len(self.news) < MAX_WAITING)
        # Held back for other kinds, it is still reported if it ends the handler.
        if held_back is not None or self.floods.is_one_too_many(kind):
            invocation.seen = error
        if held_back is None:
            return
        news = News(_shortened(record), invocation, held_back=held_back)
        if news.has_scope:
            from cdk_sentry_layer import sdk

            # The handler goes on and changes them.
            sdk.freeze(news)
        self.news.append(news)


def _shortened(record: logging.LogRecord) -> logging.LogRecord:
    """A copy of `record` that holds no very long text."""
    kept = copy.copy(record)
    # A handler of the function has formatted it; it is formatted anew for the event.
    vars(kept).pop("message", None)
    if isinstance(record.args, tuple) and record.args:
        kept.args = tuple(map(_beginning, record.args))
    elif isinstance(record.args, dict) and record.args:
        kept.args = {name: _beginning(value) for name, value in record.args.items()}
    elif not record.args:
        # Not of a template: the place of an argument could be cut off.
        kept.msg = _beginning(record.msg)
    return kept


def _beginning(value: object) -> object:
    return value[:MAX_TEXT_LENGTH] if isinstance(value, str) else value


def _cause(error: BaseException) -> BaseException:
    """The function's own error where the runtime has put one of its own before it."""
    own = error.__cause__ or error.__context__
    return own if own is not None and type(error).__name__ == "FaultException" else error
