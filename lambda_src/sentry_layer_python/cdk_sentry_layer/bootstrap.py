"""The function's entry point: `cdk_sentry_layer.bootstrap.handler` stands before the function's own handler.

There is no attribute `handler` at import. The runtime asks for it with getattr, and `__getattr__` then loads the
function's own handler. So the errors of that load pass through the runtime's own except clauses, and what the runtime
reports is what it would report without the layer.

The file's name matters: the runtime drops leading frames of files called bootstrap.py from the stack traces it
posts (awslambdaric/bootstrap.py, `handle_event_request` and `build_fault_result`).
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from cdk_sentry_layer.monitor import Monitor

    Handler = Callable[[Any, Any], Any]

INITIAL_HANDLER = "SENTRY_INITIAL_HANDLER"


def __getattr__(name: str) -> "Any":
    if name != "handler":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    handler = globals()["handler"] = _load()
    return handler


def _load() -> "Handler":
    own = os.environ.get(INITIAL_HANDLER)
    if not own:
        raise RuntimeError(
            f"{INITIAL_HANDLER} is {own!r}, expected the function's own handler such as 'module.handler': "
            "set it, or set the function's handler back to its own"
        )
    if os.environ.get("_HANDLER") == f"{__name__}.handler":
        os.environ["_HANDLER"] = own
    monitor = _start_monitor()
    from cdk_sentry_layer.runtime import handler_loader

    load = handler_loader()
    try:
        # Called from here: the runtime drops the frames of this file.
        handler = load(own)
    except BaseException as error:
        if monitor is not None:
            monitor.init_failed(error)
        if isinstance(error, AttributeError):
            # The runtime would take it for "handler missing on module": it asks with getattr.
            raise _look_alike(error) from None
        raise
    if monitor is None:
        return handler
    # The frame that stands before the handler takes none of the depth that the function may use.
    sys.setrecursionlimit(sys.getrecursionlimit() + 1)
    return _monitored(handler, monitor)


def _start_monitor() -> "Monitor | None":
    """The monitor, or None where nothing can be reported: the function then runs bare."""
    try:
        from cdk_sentry_layer.monitor import start

        return start()
    except Exception as problem:
        from cdk_sentry_layer.notice import say_once

        say_once("start", f"nothing is reported, monitoring did not start: {problem!r}")
        return None


def _look_alike(error: BaseException) -> Exception:
    name = type(error).__name__
    look_alike: type[Exception] = type(name, (Exception,), {})
    return look_alike(str(error)).with_traceback(error.__traceback__)


def _monitored(own_handler: "Handler", monitor: "Monitor") -> "Handler":
    def handler(event: "Any", context: "Any") -> "Any":
        invocation = monitor.begin(event, context)
        try:
            answer = own_handler(event, context)
        except BaseException as error:
            # Takes this frame out of the traceback: `raise` alone adds none (Python 3.11 and later).
            if error.__traceback__ is not None:
                error.__traceback__ = error.__traceback__.tb_next
            monitor.failed(invocation, error)
            raise
        monitor.succeeded(invocation)
        return answer

    return handler
