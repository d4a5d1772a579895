"""Warns shortly before a function times out, since nothing of the process survives the timeout itself.

One thread watches all invocations; it sleeps from one deadline to the next, so an invocation costs it nothing.
"""

import sys
import threading
import time
import types

from cdk_sentry_layer.notice import say_once

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cdk_sentry_layer.invocation import Invocation

LEAD_MS = 1500
"""How long before the timeout the warning goes out, or a quarter of the timeout where that is shorter."""

SDK_LOAD_MS = 400
"""What loading the SDK takes at one vCPU, so that it is there when the warning is due."""

MB_PER_VCPU = 1769
"""Memory setting at which a function has one vCPU (docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html)."""


class ServerlessTimeoutWarning(Exception):  # noqa: N818  the name that the SDK's integration gives it
    """The function is about to time out; its traceback is where the handler's thread was."""


class Watchdog:
    """Watches invocations in flight. Starts its thread with the first one."""

    def __init__(
        self,
        in_flight: "Mapping[str, Invocation]",
        *,
        memory_mb: int,
        prepare: "Callable[[Invocation], None]",
        warn: "Callable[[Invocation, ServerlessTimeoutWarning], None]",
    ) -> None:
        """Watches from the first `watch` on.

        Args:
            in_flight: the invocations; ended ones among them are passed over.
            memory_mb: the function's memory setting, which decides its share of CPU.
            prepare: called so long before the warning as loading the SDK takes.
            warn: called with the warning when it is due.
        """
        self._in_flight = in_flight
        self._load_ms = SDK_LOAD_MS * max(1.0, MB_PER_VCPU / memory_mb)
        self._prepare = prepare
        self._warn = warn
        self._is_idle = False
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def watch(self) -> None:
        """An invocation was added to those in flight."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="cdk-sentry-watchdog", daemon=True)
            self._thread.start()
        elif self._is_idle:
            self._wake.set()

    def _run(self) -> None:
        while True:
            try:
                self._sleep(self._act())
            except Exception as problem:
                say_once("watchdog", f"timeouts are not announced any more: {problem!r}")
                return

    def _act(self) -> float | None:
        """Does what is due; returns the seconds until something else may be, None where nothing is in flight."""
        waits_s = []
        for invocation in list(self._in_flight.values()):
            if invocation.deadline_s is None or invocation.timeout_ms is None or invocation.has_ended:
                continue
            left_ms = (invocation.deadline_s - time.monotonic()) * 1000
            lead_ms = min(LEAD_MS, invocation.timeout_ms / 4)
            prepare_ms = min(lead_ms + self._load_ms, invocation.timeout_ms / 2)
            if left_ms <= lead_ms:
                if not invocation.is_announced:
                    invocation.is_announced = True
                    self._warn(invocation, _warning(invocation))
            elif left_ms <= prepare_ms:
                if not invocation.is_prepared:
                    invocation.is_prepared = True
                    self._prepare(invocation)
                waits_s.append((left_ms - lead_ms) / 1000)
            else:
                waits_s.append((left_ms - prepare_ms) / 1000)
        return min(waits_s, default=None)

    def _sleep(self, wait_s: float | None) -> None:
        if wait_s is not None:
            time.sleep(wait_s)
            return
        self._is_idle = True
        # An invocation may have begun between the look and the flag.
        if not any(
            not invocation.has_ended and not invocation.is_announced for invocation in list(self._in_flight.values())
        ):
            self._wake.wait()
        self._wake.clear()
        self._is_idle = False


def _warning(invocation: "Invocation") -> ServerlessTimeoutWarning:
    seconds = round((invocation.timeout_ms or 0) / 1000)
    warning = ServerlessTimeoutWarning(
        f"Function is expected to time out. Configured timeout duration = {seconds} seconds."
    )
    frame = sys._current_frames().get(invocation.thread_id)  # noqa: SLF001  the documented way to another thread's stack
    traceback = None
    while frame is not None and frame.f_globals.get("__package__") != __package__:
        traceback = types.TracebackType(traceback, frame, frame.f_lasti, frame.f_lineno)
        frame = frame.f_back
    return warning.with_traceback(traceback)
