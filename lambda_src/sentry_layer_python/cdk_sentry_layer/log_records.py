"""The function's log records: breadcrumbs and events, kept as they are until the SDK is there.

Hooks where the SDK's own LoggingIntegration does (logging.Logger.callHandlers), so that every record is seen that the
function's own handlers see. It stays in charge when the SDK is there, because it counts floods before an event costs
anything; the SDK's own handlers then make the events.
"""

import logging

from cdk_sentry_layer import invocation as invocations
from cdk_sentry_layer import sdk_import
from cdk_sentry_layer.floods import kind_of_error
from cdk_sentry_layer.invocation import Invocation, News
from cdk_sentry_layer.notice import say_once

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from typing import Any

    from cdk_sentry_layer.floods import Floods

OWN_THREADS = ("cdk-sentry", "sentry-sdk.")
"""How the names of the kit's and the SDK's threads begin. What they log is not the function's."""

_IGNORED = ("sentry_sdk.", "urllib3.connectionpool", "urllib3.connection")
_LEVELS = {logging.INFO: "info", logging.WARNING: "warning", logging.ERROR: "error", logging.CRITICAL: "fatal"}
_PLAIN_RECORD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
# The runtime's own filter puts these on each record.
_RUNTIME_FIELDS = frozenset({"aws_request_id", "tenant_id", "_frame_type"})


def follow(floods: "Floods", note: "Callable[[Invocation, News], None]") -> None:
    """Sees every log record from here on, after the function's own handlers have.

    Args:
        floods: count the errors.
        note: called with each error that is to be reported.
    """
    call_handlers = logging.Logger.callHandlers

    def call_handlers_and_note(logger: logging.Logger, record: logging.LogRecord) -> None:
        if record.threadName is not None and record.threadName.startswith(OWN_THREADS):
            return
        try:
            call_handlers(logger, record)
        finally:
            if record.levelno >= logging.INFO:
                try:
                    _see(record, floods, note)
                except Exception as problem:
                    say_once("log", f"a log record is not reported: {problem!r}")

    logging.Logger.callHandlers = call_handlers_and_note  # type: ignore[method-assign, assignment]


def _see(record: logging.LogRecord, floods: "Floods", note: "Callable[[Invocation, News], None]") -> None:
    if record.name.startswith(_IGNORED):
        return
    if sdk_import.is_ready():
        from cdk_sentry_layer import sdk

        if sdk.follows_logging():
            return
    invocation = invocations.current()
    if record.levelno >= logging.ERROR:
        error = record.exc_info[1] if record.exc_info else None
        if error is None or error is not invocation.seen:
            invocation.seen = error
            held_back = floods.admit(_kind(record))
            if held_back is not None:
                note(invocation, News(record, invocation, held_back=held_back))
    if invocation.scope is not None:
        sdk.add_record_as_breadcrumb(record)
    else:
        invocation.breadcrumbs.append(_breadcrumb(record))


def _kind(record: logging.LogRecord) -> "Hashable":
    error = record.exc_info[1] if record.exc_info else None
    if error is not None:
        return kind_of_error(error)
    return record.name, record.msg if isinstance(record.msg, str) else type(record.msg), record.pathname, record.lineno


def _breadcrumb(record: logging.LogRecord) -> "dict[str, Any]":
    """As the SDK makes it; text now, since the record's arguments may change or be large."""
    fields = vars(record)
    # A handler of the function has most often formatted the record already.
    message = fields.get("message") or record.getMessage()
    extra = {name: fields[name] for name in fields.keys() - _PLAIN_RECORD - _RUNTIME_FIELDS}
    return {
        "type": "log",
        "level": _LEVELS.get(record.levelno) or record.levelname.lower(),
        "category": record.name,
        "message": message,
        "timestamp": record.created,
        "data": extra,
    }
