"""Follows each invocation from its event to the time after its response, and hands over what there is to say.

All that a healthy invocation runs is here, in invocation.py, log_records.py, import_hooks.py, watchdog.py and
runtime.py. Their number and size count: each cold start finds, reads and, where the layer has no bytecode for its
Python, compiles them. Everything else is imported with the first news.
"""

import os
import threading
import time

from cdk_sentry_layer import invocation as invocations
from cdk_sentry_layer import log_records
from cdk_sentry_layer.import_hooks import after_import
from cdk_sentry_layer.invocation import Invocation
from cdk_sentry_layer.runtime import call_after_posting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from cdk_sentry_layer.desk import Desk
    from cdk_sentry_layer.watchdog import Watchdog

_SDK = "sentry_sdk"
# Out of sight: the function and its libraries find the same urllib3 and certifi as without the layer.
_SDK_FOLDER = os.path.join(os.path.dirname(__file__), "vendored")  # noqa: PTH118, PTH120  pathlib is not loaded
_SAYS_WHERE_THE_DSN_IS = ("SENTRY_DSN_SSM_PARAMETER", "SENTRY_DSN_SECRET")
_MATTERS_IN_INIT = ("SENTRY_TRACES_SAMPLE_RATE", "SENTRY_TIMEOUT_WARNING")


def is_dsn(text: str) -> bool:
    """Whether `text` is `scheme://key[:secret]@host[:port][/path]/project_id`."""
    scheme, _, rest = text.partition("://")
    credentials, _, address = rest.rpartition("@")
    path, _, project = address.rpartition("/")
    host, colon, port = path.partition("/")[0].partition(":")
    return (
        scheme in {"http", "https"}
        and bool(credentials.partition(":")[0] and host)
        and project.isdecimal()
        and (not colon or port.isdecimal())
        and text.isascii()
        and not any(character in text for character in " \n\t{}$")
    )


def start() -> "Monitor | None":
    """Hooks into the runtime; None, with nothing hooked, where nothing can be reported."""
    # A copy: a handler may replace os.environ.
    environment = dict(os.environ)
    if not is_dsn(environment.get("SENTRY_DSN", "").strip()) and not any(
        environment.get(name) for name in _SAYS_WHERE_THE_DSN_IS
    ):
        from cdk_sentry_layer.settings import say_what_is_wrong_with_the_dsn

        say_what_is_wrong_with_the_dsn(environment)
        # A function may rely on the layer's SDK all the same.
        after_import(_SDK, lambda _: None, _SDK_FOLDER)
        return None
    return Monitor(environment)


class Monitor:
    """The kit's view of the function. None of its public methods raises.

    Attributes:
        sdk_is_ready: whether the SDK is imported and initialised.
    """

    def __init__(self, environment: "dict[str, str]") -> None:
        """Hooks into logging, threads, the import of the SDK and the runtime's posts."""
        self._environment = environment
        self._in_flight: dict[str, Invocation] = {}
        self._desk: Desk | None = None
        self._watchdog: Watchdog | None = None
        self._cold_start = True
        self._is_child = False
        self._started_s = time.monotonic()
        self.sdk_is_ready = False
        self._warns_of_timeouts = True
        traces = False
        if any(name in environment for name in _MATTERS_IN_INIT):
            from cdk_sentry_layer.settings import Settings

            settings = Settings(environment)
            self._warns_of_timeouts = settings.timeout_warning
            traces = settings.traces_sample_rate is not None
        self._reports_after_response = call_after_posting(self.after_response)
        log_records.follow(self)
        self._follow_threads()
        os.register_at_fork(after_in_child=self._start_anew_in_child)
        after_import(_SDK, self._initialise_sdk, _SDK_FOLDER)
        if traces:
            import sentry_sdk  # noqa: F401  full mode: initialised here
        if environment.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
            from cdk_sentry_layer import snapshots

            snapshots.reconnect_after_restore()

    @property
    def desk(self) -> "Desk":
        """Takes the news; imported with the first."""
        if self._desk is None:
            from cdk_sentry_layer.desk import Desk

            # Two threads may come here at once; a lock could be held already where a signal handler logs.
            desk = Desk(self._environment, lambda: self.sdk_is_ready)
            self._desk = self.__dict__.setdefault("_first_desk", desk)
        return self._desk

    def begin(self, event: "Any", context: "Any") -> Invocation | None:
        """A new invocation, current from here on."""
        try:
            invocation = Invocation(event, context, cold_start=self._cold_start)
            self._cold_start = False
            self._in_flight[getattr(context, "aws_request_id", "")] = invocation
            invocations.enter(invocation)
            if self.sdk_is_ready:
                from cdk_sentry_layer import sdk

                sdk.enter(invocation)
            if self._warns_of_timeouts and invocation.timeout_ms is not None:
                self._watch(invocation)
        except Exception as problem:
            _say_once("begin", problem)
            return None
        return invocation

    def succeeded(self, invocation: Invocation | None) -> None:
        """The handler returned."""
        if invocation is not None:
            self._ended(invocation, None)

    def failed(self, invocation: Invocation | None, error: BaseException) -> None:
        """The handler raised `error`."""
        if invocation is not None:
            self._ended(invocation, error)

    def init_failed(self, error: BaseException) -> None:
        """The function's module could not be loaded. Reported at once: AWS ends the process after init/error."""
        try:
            self.desk.report_init_error(invocations.current(), error, time.monotonic() - self._started_s)
        except Exception as problem:
            _say_once("init", problem)

    def after_response(self, request_id: str, error_json: str | None, posting_error: BaseException | None) -> None:
        """The runtime has posted an answer: now there is time to report."""
        try:
            invocation = self._in_flight.pop(request_id, None)
            if invocation is None:
                # The runtime failed before it called the handler, or `begin` did.
                invocation = Invocation(None, None, cold_start=self._cold_start)
            if posting_error is not None:
                self.note_error(invocation, posting_error, "aws_lambda")
            elif error_json is not None and invocation.error is None:
                # Nobody raised it in the handler, such as Runtime.MarshalError.
                self.desk.note_posted_error(invocation, error_json)
            self._report(invocation)
        except Exception as problem:
            _say_once("report", problem)

    def note_error(self, invocation: Invocation, error: BaseException, mechanism: str) -> None:
        """Keeps `error` for the report after the response."""
        self.desk.note_error(invocation, error, mechanism, error.__traceback__)
        if self._is_child:
            # Nobody posts a response here.
            self._report(invocation)

    def note_record(self, invocation: Invocation, record: "Any") -> None:
        """Keeps a log record that is an error, or that the SDK is to have."""
        self.desk.note_record(invocation, record)
        if self._is_child:
            self._report(invocation)

    def _ended(self, invocation: Invocation, error: BaseException | None) -> None:
        try:
            if error is not None:
                import contextvars

                # Not looked at before the response.
                invocation.error = error
                invocation.traceback = error.__traceback__
                invocation.error_variables = contextvars.copy_context()
            invocation.has_ended = True
            invocation.remaining_ms = invocation.remaining_time_ms()
            if invocation.scope is not None:
                from cdk_sentry_layer import sdk

                sdk.leave(invocation)
            # Whatever is no Exception ends the process: SystemExit, KeyboardInterrupt.
            if not self._reports_after_response or not (error is None or isinstance(error, Exception)):
                self._in_flight.pop(getattr(invocation.context, "aws_request_id", ""), None)
                self._report(invocation)
        except Exception as problem:
            _say_once("end", problem)

    def _report(self, invocation: Invocation) -> None:
        if invocation.error is not None and invocation.error_variables is not None:
            note = self.desk.note_error
            invocation.error_variables.run(note, invocation, invocation.error, "aws_lambda", invocation.traceback)
            invocation.error = invocation.traceback = invocation.error_variables = None
        if self.sdk_is_ready or (self._desk is not None and self._desk.news):
            self.desk.report(invocation)
        else:
            invocation.release()

    def _watch(self, invocation: Invocation) -> None:
        try:
            if self._watchdog is None:
                from cdk_sentry_layer.watchdog import Watchdog

                self._watchdog = Watchdog(self)
            self._watchdog.watch(invocation)
        except Exception as problem:
            # No thread to be had: timeouts are not announced, all else goes on.
            self._warns_of_timeouts = False
            _say_once("timeouts", problem)

    def _initialise_sdk(self, _sentry_sdk: "ModuleType") -> None:
        """The one moment at which the SDK is initialised: right after its import, whoever imports it."""
        try:
            from cdk_sentry_layer import sdk

            sdk.initialise(self.desk.settings, self.desk.floods)
            self.sdk_is_ready = True
        except Exception as problem:
            _say_once("sdk", problem)

    def _follow_threads(self) -> None:
        """Errors that end a thread of the function are noted, then shown as ever."""
        show = threading.excepthook

        def note_and_show(args: "threading.ExceptHookArgs") -> None:
            try:
                if args.exc_value is not None and args.exc_type is not SystemExit:
                    self.note_error(invocations.current(), args.exc_value, "threading")
            except Exception as problem:
                _say_once("thread", problem)
            show(args)

        threading.excepthook = note_and_show

    def _start_anew_in_child(self) -> None:
        """The parent reports what happened before the fork, and answers the runtime."""
        self._is_child = True
        self._warns_of_timeouts = False
        self._in_flight.clear()
        if self._desk is not None:
            self._desk.news.clear()


def _say_once(topic: str, problem: BaseException) -> None:
    from cdk_sentry_layer.notice import say_once

    say_once(topic, f"something is not reported: {problem!r} ({topic})")
