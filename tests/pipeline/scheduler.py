"""Runs tasks side by side, one at a time, in an order that a seed decides: the same seed, the same interleaving."""

import random
import threading
from collections.abc import Callable

_STUCK_S = 30


class Stopped(BaseException):
    """The run was given up; ends a task wherever it is."""


class _Task(threading.Thread):
    def __init__(self, work: Callable[[], None], back: threading.Semaphore) -> None:
        super().__init__(daemon=True)
        self.work, self.back = work, back
        self.go = threading.Semaphore(0)
        self.error: BaseException | None = None
        self.stopping = False
        self.done = False

    def run(self) -> None:
        self.go.acquire()
        try:
            if not self.stopping:
                self.work()
        except Stopped:
            pass
        except BaseException as error:  # noqa: BLE001 - raised again by the scheduler
            self.error = error
        finally:
            self.done = True
            self.back.release()


class Scheduler:
    """Interleaves tasks wherever they call `switch`.

    Args:
        chance: decides who goes on.
        max_switches: after which the run has found an endless loop.
    """

    def __init__(self, chance: random.Random, *, max_switches: int = 100_000) -> None:
        self._chance = chance
        self._left = max_switches
        self._back = threading.Semaphore(0)
        self._tasks: list[_Task] = []
        self._current: _Task | None = None

    def spawn(self, work: Callable[[], None]) -> None:
        """Adds a task; it starts when it is chosen."""
        task = _Task(work, self._back)
        task.start()
        self._tasks.append(task)

    def switch(self) -> None:
        """Called by a task: lets another, or the same, go on."""
        task = self._current
        if task is None:  # nothing runs beside: the calm after the schedule
            return
        self._back.release()
        task.go.acquire()
        if task.stopping:
            raise Stopped

    def run(self) -> None:
        """Runs every task to its end; raises what the first of them raised."""
        try:
            while open_tasks := [task for task in self._tasks if not task.done]:
                self._left -= 1
                assert self._left > 0, "the schedule does not end"
                self._step(self._chance.choice(open_tasks))
        finally:
            for task in self._tasks:
                task.stopping = True
                while not task.done:
                    self._step(task)
                task.join()
            self._current = None

    def _step(self, task: _Task) -> None:
        self._current = task
        task.go.release()
        assert self._back.acquire(timeout=_STUCK_S), "a task waits for something other than its turn"
        self._current = None
        if task.error is not None and not task.stopping:
            raise task.error
