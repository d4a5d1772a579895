"""The SDK as the layer uses it. Imported only once sentry_sdk is there."""

import contextlib
import contextvars
import json
import logging
import time
import warnings
from typing import cast

import sentry_sdk
from sentry_sdk.integrations.dedupe import DedupeIntegration
from sentry_sdk.integrations.logging import BreadcrumbHandler, EventHandler
from sentry_sdk.scope import add_global_event_processor
from sentry_sdk.utils import event_from_exception

from cdk_sentry_layer import connections, events, library_integrations, log_records, scopes
from cdk_sentry_layer import invocation as invocations
from cdk_sentry_layer.desk import MAX_WAITING
from cdk_sentry_layer.event_ids import id_shared_with_forwarder
from cdk_sentry_layer.invocation import Invocation
from cdk_sentry_layer.news import News
from cdk_sentry_layer.notice import say_once
from cdk_sentry_layer.scopes import client

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections import deque
    from typing import Any

    from cdk_sentry_layer.floods import Floods
    from cdk_sentry_layer.settings import Settings

_breadcrumbs = BreadcrumbHandler(level=logging.INFO)
_logged_errors = EventHandler(level=logging.ERROR)
_own_client: "Any" = None


def is_own_client() -> bool:
    """Whether the layer initialised the SDK; False where the function did so itself."""
    return client() is _own_client


def _integration(identifier: str) -> "Any":
    return (getattr(client(), "integrations", None) or {}).get(identifier)


def follows_logging() -> bool:
    """Whether the active client sees log records itself: the function's own `init` has it so by default."""
    return not is_own_client() and _integration("logging") is not None


def follows_invocations() -> bool:
    """Whether the function's own client reports the handler's errors itself."""
    return not is_own_client() and _integration("aws_lambda") is not None


def _reports(mechanism: str) -> bool:
    """Whether the function's own client reports such errors itself."""
    if mechanism == "timeout":
        return bool(getattr(_integration("aws_lambda"), "timeout_warning", False))
    # The SDK names an integration as the mechanism by which it catches.
    return _integration(mechanism) is not None


def initialise(settings: "Settings", floods: "Floods") -> None:
    """Initialises the freshly imported SDK and hands over what was kept for it."""
    global _own_client  # noqa: PLW0603  to tell it from a client of the function's own
    in_use = not _is_reporter()
    options = _options(settings, _integrations() if in_use else [DedupeIntegration()])
    known = sentry_sdk.consts.DEFAULT_OPTIONS
    # A function that turns warnings into errors means its own code.
    warnings.filterwarnings("ignore", module=r"sentry_sdk(\.|$)")
    sentry_sdk.init(**{name: value for name, value in options.items() if name in known})
    _own_client = client()
    if settings.dsn is not None:
        connections.adopt(_own_client.transport)
    add_global_event_processor(cast("Any", events.Enricher(settings, floods, is_own_client).process))
    if settings.traces_sample_rate is not None:
        library_integrations.enable_on_import(_own_client)
    invocation = invocations.current()
    if invocation.context is not None and in_use:
        # The function's own code imports it, in its handler.
        enter(invocation)
        scopes.add_breadcrumbs(list(invocation.breadcrumbs))


def enter(invocation: Invocation) -> None:
    """Gives `invocation` a Sentry scope of its own and, in full mode, a transaction."""
    _lend_transport()
    if follows_invocations():
        return
    scopes.enter(invocation)
    invocation.has_scope = True
    if is_own_client() and client().options["traces_sample_rate"] is not None:
        from cdk_sentry_layer import transactions

        transactions.start(invocation)
    else:
        scopes.continue_trace(invocation)
    invocation.variables = contextvars.copy_context()


def leave(invocation: Invocation) -> None:
    """The handler of `invocation` is through."""
    if invocation.transaction is not None:
        from cdk_sentry_layer import transactions

        transactions.end(invocation)
    scope, invocation.scope = invocation.scope, None
    if scope is not None:
        scope.close()


def _lend_transport() -> None:
    """Gives a client of the function's own that found no DSN, because it is read at run time, the way to Sentry."""
    now = client()
    if not is_own_client() and _own_client is not None and getattr(now, "transport", _own_client) is None:
        now.transport = _own_client.transport


def _options(settings: "Settings", integrations: "list[Any]") -> "dict[str, Any]":
    environment = settings.environment
    options: dict[str, Any] = {
        "dsn": settings.dsn,
        "environment": environment.get("SENTRY_ENVIRONMENT"),
        "release": environment.get("SENTRY_RELEASE"),
        "server_name": environment.get("AWS_LAMBDA_FUNCTION_NAME"),
        "sample_rate": settings.sample_rate,
        "traces_sample_rate": settings.traces_sample_rate,
        "transport": None if settings.dsn else _transport(settings),
        "integrations": integrations,
        # What the desk let through is not dropped for want of room here.
        "transport_queue_size": 2 * MAX_WAITING,
        "default_integrations": False,
        "auto_enabling_integrations": False,
        "in_app_exclude": [__package__],
        # What nobody asked for makes no requests.
        "send_client_reports": False,
        "auto_session_tracking": False,
        "enable_backpressure_handling": False,
    }
    if settings.send_default_pii:
        options["send_default_pii"] = True
    return options


def _integrations() -> "list[Any]":
    """Of the SDK's default ones, those that a program of its own kind wants: threads and outgoing requests."""
    from sentry_sdk.integrations.threading import ThreadingIntegration

    return [DedupeIntegration(), ThreadingIntegration(), library_integrations.stdlib()]


def _transport(settings: "Settings") -> "Any":
    from cdk_sentry_layer.runtime_dsn import RuntimeDsnTransport

    return RuntimeDsnTransport(settings, connections.adopt)


def _is_reporter() -> bool:
    import threading

    return threading.current_thread().name.startswith(log_records.OWN_THREADS)


def add_record_as_breadcrumb(record: logging.LogRecord) -> None:
    """Hands a log record to the SDK as it happens."""
    _breadcrumbs.handle(record)


def freeze(news: News) -> None:
    """Keeps Sentry's scopes for `news` as they are now: the handler goes on and changes them."""
    news.frozen = contextlib.ExitStack()
    news.context.run(news.frozen.enter_context, scopes.isolated())


def report(news: "deque[News]", invocation: Invocation, timeout_s: float) -> bool:
    """Captures the news and the transaction of `invocation`, then waits until all is sent; may block.

    Returns:
        Whether all was sent within `timeout_s`.
    """
    _lend_transport()
    while news:
        item = news.popleft()
        invocations.tell(item.invocation)
        try:
            item.context.run(_capture, item)
            if item.frozen is not None:
                item.context.run(item.frozen.close)
        except BaseException as problem:
            # Such as a SystemExit out of a __repr__ of the function's own.
            say_once("capture", f"an event is lost, {type(problem).__name__} while it was made")
    invocations.tell(invocation)
    if invocation.transaction is not None:
        from cdk_sentry_layer import transactions

        transactions.finish(invocation)
    began_s = time.monotonic()
    client().flush(timeout=timeout_s)
    # The SDK does not say whether it is through: it is not if it took all its time.
    return time.monotonic() - began_s < timeout_s * 0.95


def _capture(news: News) -> None:
    with scopes.of_news(news), events.reporting(news):
        if isinstance(news.what, logging.LogRecord):
            _logged_errors.handle(news.what)
        elif isinstance(news.what, str):
            sentry_sdk.capture_event(_event_of_error_json(news.what))
        elif is_own_client() or not _reports(news.mechanism):
            error = news.what
            event, hint = event_from_exception(
                (type(error), error, news.traceback),
                client_options=client().options,
                mechanism={"type": news.mechanism, "handled": False},
            )
            if (shared_id := id_shared_with_forwarder(news)) is not None:
                event["event_id"] = shared_id
            sentry_sdk.capture_event(event, hint=hint)


def _event_of_error_json(text: str) -> "Any":
    fault = json.loads(text)
    return {
        "level": "error",
        "exception": {
            "values": [
                {
                    "type": fault.get("errorType"),
                    "value": fault.get("errorMessage"),
                    "mechanism": {"type": "aws_lambda", "handled": False},
                }
            ]
        },
    }
