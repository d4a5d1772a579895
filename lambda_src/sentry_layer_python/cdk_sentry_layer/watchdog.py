"""Sees an invocation come near its timeout. A healthy one costs it nothing: it sleeps from one half-time to another."""

import _thread
import threading
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cdk_sentry_layer.invocation import Invocation
    from cdk_sentry_layer.monitor import Monitor


class Watchdog:
    """Watches the latest invocation, in one daemon thread that starts with the first."""

    def __init__(self, monitor: "Monitor") -> None:
        self._monitor = monitor
        self._latest: Invocation | None = None
        self._is_idle = False
        self._wake = threading.Event()
        # A third of what a threading.Thread costs, in the first invocation of each environment.
        _thread.start_new_thread(self._run, ())

    def watch(self, invocation: "Invocation") -> None:
        """Watches `invocation` from here on."""
        self._latest = invocation
        if self._is_idle:
            self._wake.set()

    def _run(self) -> None:
        while True:
            invocation = self._latest
            if invocation is None or invocation.has_ended or invocation.is_announced:
                self._is_idle = True
                # The next invocation may have begun between the look and the flag.
                if self._latest is invocation:
                    self._wake.wait()
                self._is_idle = False
                self._wake.clear()
                continue
            wait_s = (invocation.deadline_s or 0) - (invocation.timeout_ms or 0) / 2000 - time.monotonic()
            if wait_s > 0:
                time.sleep(wait_s)
            else:
                from cdk_sentry_layer import timeouts

                timeouts.attend(invocation, self._monitor)
