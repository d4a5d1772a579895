"""Warns shortly before a function times out, since nothing of the process survives the timeout itself."""

import contextvars
import math
import sys
import time
import types

from cdk_sentry_layer.notice import say_once

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cdk_sentry_layer.invocation import Invocation
    from cdk_sentry_layer.monitor import Monitor

LEAD_MS = 1500
"""How long before the timeout the warning goes out, or a quarter of the timeout where that is shorter."""

SDK_LOAD_MS = 400
"""What loading the SDK takes at one vCPU, so that it is there when the warning is due."""


class ServerlessTimeoutWarning(Exception):  # noqa: N818  the name that the SDK's integration gives it
    """The function is about to time out; its traceback is where the handler's thread was."""


def attend(invocation: "Invocation", monitor: "Monitor") -> None:
    """Stays with `invocation` until it ends or its timeout is announced.

    Args:
        invocation: past its half-time.
        monitor: reports it.
    """
    lead_s = min(LEAD_MS, (invocation.timeout_ms or 0) / 4) / 1000
    deadline_s = invocation.deadline_s or 0
    try:
        if not monitor.sdk_is_ready:
            _sleep_until(deadline_s - lead_s - SDK_LOAD_MS * monitor.desk.cpu_slowness / 1000)
            if invocation.has_ended:
                return
            monitor.desk.load_sdk()
        _sleep_until(deadline_s - lead_s)
        if invocation.has_ended:
            return
        variables = contextvars.copy_context() if invocation.variables is None else invocation.variables.copy()
        variables.run(monitor.note_error, invocation, _warning(invocation), "timeout")
        monitor.desk.report(invocation)
    except Exception as problem:
        say_once("timeout", f"a timeout is not announced: {problem!r}")
    finally:
        invocation.is_announced = True


def _sleep_until(moment_s: float) -> None:
    time.sleep(max(0, moment_s - time.monotonic()))


def _warning(invocation: "Invocation") -> ServerlessTimeoutWarning:
    # Whole seconds on AWS, of which a little is gone.
    seconds = math.ceil((invocation.timeout_ms or 0) / 1000)
    warning = ServerlessTimeoutWarning(
        f"Function is expected to time out. Configured timeout duration = {seconds} seconds."
    )
    frame = sys._current_frames().get(invocation.thread_id)  # noqa: SLF001  documented, for debuggers
    traceback = None
    while frame is not None and frame.f_globals.get("__package__") != __package__:
        traceback = types.TracebackType(traceback, frame, frame.f_lasti, frame.f_lineno)
        frame = frame.f_back
    return warning.with_traceback(traceback)
