"""The function's log records: breadcrumbs, kept as they are until the SDK is there, and errors.

Hooks where the SDK's own LoggingIntegration does (logging.Logger.callHandlers), so that every record is seen that the
function's own handlers see. It stays in charge when the SDK is there, because it counts floods before an event costs
anything; the SDK's own handlers then make the events.
"""

import logging

from cdk_sentry_layer import invocation as invocations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cdk_sentry_layer.monitor import Monitor

OWN_THREADS = ("cdk-sentry", "sentry-sdk.")
"""How the names of the kit's and the SDK's threads begin."""

MAX_TEXT_LENGTH = 8192
"""Of a logged text, and of each of its arguments, while they wait: what Sentry keeps of a message."""

# What these log in those threads is about the report: without the layer it would not be in the function's log.
_OF_REPORTS = ("sentry_sdk.", "urllib3.", "botocore.")
_IGNORED = ("sentry_sdk.", "urllib3.connectionpool", "urllib3.connection")
# The last two are put on each record by the runtime's own filter.
_PLAIN = {*vars(logging.makeLogRecord({})), "message", "asctime", "aws_request_id", "tenant_id"}


def follow(monitor: "Monitor") -> None:
    """Sees every log record from here on, after the function's own handlers have."""
    call_handlers = logging.Logger.callHandlers

    def call_handlers_and_note(logger: logging.Logger, record: logging.LogRecord) -> None:
        is_report = (record.threadName or "").startswith(OWN_THREADS)
        if is_report and record.name.startswith(_OF_REPORTS):
            return
        try:
            call_handlers(logger, record)
        except BaseException as error:
            if error.__traceback__ is not None:
                error.__traceback__ = error.__traceback__.tb_next
            raise
        finally:
            if record.levelno >= logging.INFO and not is_report and not record.name.startswith(_IGNORED):
                _note(record, monitor)

    logging.Logger.callHandlers = call_handlers_and_note  # type: ignore[method-assign, assignment]


def _note(record: logging.LogRecord, monitor: "Monitor") -> None:
    try:
        invocation = invocations.current()
        if monitor.sdk_is_ready or record.levelno >= logging.ERROR:
            monitor.note_record(invocation, record)
        if invocation.scope is None:
            fields = vars(record)
            # A handler of the function has most often formatted the record already.
            text = (fields.get("message") or record.getMessage())[:MAX_TEXT_LENGTH]
            extra = {name: fields[name] for name in fields.keys() - _PLAIN if name[:1] != "_"}
            invocation.breadcrumbs.append((record.created, record.levelno, record.levelname, record.name, text, extra))
    except Exception as problem:
        from cdk_sentry_layer.notice import say_once

        say_once("log", f"a log record is not reported: {problem!r}")
