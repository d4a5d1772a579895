"""One thread that does whatever may block; the runtime's own thread waits for it, but never beyond its budget.

So nothing that hangs, dies or loses its connection holds the environment. What is not done when the wait ends goes on
in the next invocation.
"""

import os
import queue
import threading

from cdk_sentry_layer.notice import say_once

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable

    from cdk_sentry_layer.invocation import Invocation
    from cdk_sentry_layer.news import News
    from cdk_sentry_layer.settings import Settings

MAX_JOBS = 100
"""Waiting at most: each holds the event of its invocation."""

BEHIND_BUDGET_MS = 50
"""Waited for while an earlier job is overdue: whatever holds it up would hold up each invocation."""


class Reporter:
    """Runs jobs in order, in one daemon thread that starts with the first."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[tuple[Callable[[], bool], threading.Event]] = queue.SimpleQueue()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._is_behind = False

    def run(self, job: "Callable[[], bool]", budget_ms: float) -> None:
        """Has `job` done, waiting for it at most `budget_ms`.

        Args:
            job: returns whether it left nothing to be done.
            budget_ms: not waited out while an earlier job is overdue; 0 or less does not wait.
        """
        if self._jobs.qsize() >= MAX_JOBS:
            say_once("jobs", f"{MAX_JOBS} reports wait for Sentry already, further ones are dropped")
            return
        done = threading.Event()
        self._jobs.put((job, done))
        self._ensure_thread()
        if self._is_behind:
            budget_ms = min(budget_ms, BEHIND_BUDGET_MS)
        if budget_ms > 0 and not done.wait(budget_ms / 1000):
            self._is_behind = True

    def _ensure_thread(self) -> None:
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._work, name="cdk-sentry-reporter", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while True:
            job, done = self._jobs.get()
            left_something = False
            try:
                left_something = not job()
            except BaseException as problem:
                say_once("report", f"an event is lost, reporting failed: {problem!r}")
            finally:
                self._is_behind = left_something or (self._is_behind and not self._jobs.empty())
                done.set()
                # Nothing of an invocation outlives its report.
                del job, done


_reporter = Reporter()


def _start_anew_in_child() -> None:
    global _reporter  # noqa: PLW0603  threads and held locks do not survive a fork
    _reporter = Reporter()


os.register_at_fork(after_in_child=_start_anew_in_child)


def report(
    news: "deque[News]",
    invocation: "Invocation",
    settings: "Settings",
    budget_ms: float,
    sdk_is_ready: "Callable[[], bool]",
) -> None:
    """Reports the news, the transaction of `invocation`, and has everything sent that the SDK holds.

    Args:
        news: taken out as they are reported.
        invocation: that ended, or that nears its timeout.
        settings: of this environment.
        budget_ms: how long to wait for it.
        sdk_is_ready: whether the SDK, once imported, could be initialised.
    """

    def job() -> bool:
        try:
            _load_sdk()
            if not sdk_is_ready():
                news.clear()
                return True
            from cdk_sentry_layer import sdk

            return sdk.report(news, invocation, settings.flush_timeout_ms / 1000)
        finally:
            if invocation.has_ended:
                invocation.release()

    _reporter.run(job, budget_ms)


def load_sdk() -> None:
    """Has the SDK loaded, without waiting for it, because there may soon be something to report."""
    _reporter.run(_load_sdk, 0)


def _load_sdk() -> bool:
    # Whoever imports it first has it initialised (Monitor).
    import sentry_sdk  # noqa: F401

    return True
