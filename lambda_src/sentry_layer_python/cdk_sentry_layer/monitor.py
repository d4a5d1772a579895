"""Follows each invocation from its event to the time after its response, and decides what is reported when."""

import contextvars
import os
import threading
import time

from cdk_sentry_layer import invocation as invocations
from cdk_sentry_layer import log_records, sdk_import, timeouts
from cdk_sentry_layer.floods import Floods, kind_of_error
from cdk_sentry_layer.invocation import Invocation, News
from cdk_sentry_layer.notice import say_once
from cdk_sentry_layer.runtime import call_after_posting
from cdk_sentry_layer.settings import Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

DEADLINE_MARGIN_MS = 200
"""Left unused before the function's timeout: AWS takes its time, too, to see that the runtime is done."""

INIT_LIMIT_MS = 10_000
"""Of the init phase (docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html)."""


def start() -> "Monitor | None":
    """Reads the settings and hooks into the runtime; None, with nothing hooked, where nothing can be reported."""
    settings = Settings(dict(os.environ))
    return Monitor(settings) if settings.can_report else None


class Monitor:
    """The kit's view of the function. None of its methods raises."""

    def __init__(self, settings: Settings) -> None:
        """Hooks into logging, threads, the import of the SDK and the runtime's posts."""
        self._settings = settings
        self._floods = Floods(settings.max_identical_events_per_minute)
        self._in_flight: dict[str, Invocation] = {}
        self._cold_start = True
        self._is_child = False
        self._started_s = time.monotonic()
        self._reports_after_response = call_after_posting(self.after_response)
        self._watchdog = self._make_watchdog() if settings.timeout_warning else None
        log_records.follow(self._floods, self.note)
        self._follow_threads()
        os.register_at_fork(after_in_child=self._start_anew_in_child)
        sdk_import.initialise_on_import(settings, self._floods)
        if settings.traces_sample_rate is not None:
            import sentry_sdk  # noqa: F401  full mode: initialised here
        if settings.environment.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
            from cdk_sentry_layer import snapshots

            snapshots.reconnect_after_restore()

    def begin(self, event: "Any", context: "Any") -> Invocation | None:
        """A new invocation, current from here on."""
        try:
            invocation = Invocation(event, context, cold_start=self._cold_start)
            if self._cold_start:
                self._cold_start = False
                # What was logged in init is reported with the first invocation.
                invocation.news = invocations.current().news
            self._in_flight[getattr(context, "aws_request_id", "")] = invocation
            invocations.enter(invocation)
            if sdk_import.is_ready():
                self._enter_scope(invocation)
            invocation.context_variables = contextvars.copy_context()
            if self._watchdog is not None:
                self._watchdog.watch()
        except Exception as problem:
            say_once("begin", f"an invocation is not followed: {problem!r}")
            return None
        return invocation

    def succeeded(self, invocation: Invocation | None) -> None:
        """The handler returned."""
        try:
            if invocation is None:
                return
            self._end(invocation)
            if not self._reports_after_response:
                self._forget(invocation)
                self._report(invocation)
        except Exception as problem:
            say_once("end", f"an invocation is not reported: {problem!r}")

    def failed(self, invocation: Invocation | None, error: BaseException) -> None:
        """The handler raised `error`; reported after the response, or now if there will be none."""
        try:
            if invocation is None:
                return
            self._note(invocation, error, "aws_lambda")
            invocation.failed = True
            self._end(invocation)
            # Whatever is no Exception ends the process: SystemExit, KeyboardInterrupt.
            if not (self._reports_after_response and isinstance(error, Exception)):
                self._forget(invocation)
                self._report(invocation)
        except Exception as problem:
            say_once("end", f"an invocation is not reported: {problem!r}")

    def init_failed(self, error: BaseException) -> None:
        """The function's module could not be loaded. Reported at once: AWS ends the process after init/error."""
        try:
            init = invocations.current()
            self._note(init, _cause(error), "aws_lambda")
            self._report(init, INIT_LIMIT_MS - (time.monotonic() - self._started_s) * 1000)
        except Exception as problem:
            say_once("init", f"an error in init is not reported: {problem!r}")

    def after_response(self, request_id: str, error_json: str | None, posting_error: BaseException | None) -> None:
        """The runtime has posted an answer: now there is time to report."""
        try:
            # None: the runtime failed before it called the handler, or `begin` did.
            invocation = self._in_flight.pop(request_id, None) or invocations.current()
            if posting_error is not None:
                self._note(invocation, posting_error, "aws_lambda")
            elif error_json is not None and not invocation.failed:
                # Nobody raised it in the handler, such as Runtime.MarshalError.
                invocation.news.append(News(error_json, invocation))
            self._report(invocation)
        except Exception as problem:
            say_once("end", f"an invocation is not reported: {problem!r}")

    def note(self, invocation: Invocation, news: News) -> None:
        """Keeps `news` for the report after the response."""
        if news.has_scope:
            from cdk_sentry_layer import sdk

            sdk.freeze(news)
        invocation.news.append(news)
        if self._is_child:
            # Nobody posts a response here.
            self._report(invocation)

    def _note(self, invocation: Invocation, error: BaseException, mechanism: str) -> None:
        """Keeps `error` for the report, unless it was kept before or is one of too many."""
        if invocation.seen is error:
            return
        invocation.seen = error
        held_back = self._floods.admit(kind_of_error(error))
        if held_back is not None:
            self.note(invocation, News(error, invocation, mechanism=mechanism, held_back=held_back))

    def _report(self, invocation: Invocation, limit_ms: float | None = None) -> None:
        if not (invocation.news or sdk_import.is_ready()):
            return
        from cdk_sentry_layer import reporter

        remaining_ms = limit_ms if limit_ms is not None else invocation.remaining_time_ms()
        budget_ms: float = self._settings.flush_timeout_ms
        if remaining_ms is not None:
            budget_ms = min(budget_ms, remaining_ms - DEADLINE_MARGIN_MS)
        reporter.report(invocation, self._settings, budget_ms)

    def _forget(self, invocation: Invocation) -> None:
        self._in_flight.pop(getattr(invocation.context, "aws_request_id", ""), None)

    def _enter_scope(self, invocation: Invocation) -> None:
        from cdk_sentry_layer import sdk

        sdk.enter(invocation)

    def _end(self, invocation: Invocation) -> None:
        if invocation.transaction is not None:
            from cdk_sentry_layer import transactions

            transactions.end(invocation)
        invocation.end()

    def _make_watchdog(self) -> timeouts.Watchdog:
        memory = self._settings.environment.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "")
        return timeouts.Watchdog(
            self._in_flight,
            memory_mb=int(memory) if memory.isdecimal() and int(memory) else timeouts.MB_PER_VCPU,
            prepare=self._prepare_timeout,
            warn=self._warn_of_timeout,
        )

    def _prepare_timeout(self, _invocation: Invocation) -> None:
        if not sdk_import.is_ready():
            from cdk_sentry_layer import reporter

            reporter.load_sdk()

    def _warn_of_timeout(self, invocation: Invocation, warning: timeouts.ServerlessTimeoutWarning) -> None:
        variables = invocation.context_variables
        if variables is not None:
            variables.copy().run(self._note, invocation, warning, "timeout")
        self._report(invocation)

    def _start_anew_in_child(self) -> None:
        """The parent reports what happened before the fork, and answers the runtime."""
        self._is_child = True
        self._watchdog = None
        self._in_flight.clear()
        invocations.current().news.clear()

    def _follow_threads(self) -> None:
        """Errors that end a thread of the function are noted, then shown as ever."""
        shown = threading.excepthook

        def note_and_show(args: "threading.ExceptHookArgs") -> None:
            try:
                if args.exc_value is not None and args.exc_type is not SystemExit:
                    self._note(invocations.current(), args.exc_value, "threading")
            except Exception as problem:
                say_once("thread", f"an error of a thread is not reported: {problem!r}")
            shown(args)

        threading.excepthook = note_and_show


def _cause(error: BaseException) -> BaseException:
    """The function's own error where the runtime has put one of its own before it."""
    own = error.__cause__ or error.__context__
    return own if own is not None and type(error).__name__ == "FaultException" else error
