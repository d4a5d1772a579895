"""The folder of one run: logs, the synthesized app, the dashboard. One run at a time has it."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from demo.waiting import StepFailedError


@contextmanager
def work_folder(home: Path) -> Iterator[Path]:
    """Holds the folder, emptied of what an earlier run left, for as long as the block lasts.

    Args:
        home: the folder; made when missing.

    Raises:
        StepFailedError: another run has it.
    """
    home.parent.mkdir(parents=True, exist_ok=True)
    # Beside the folder, not in it; the kernel gives it back when this process ends in whatever way.
    with home.with_suffix(".lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            raise StepFailedError(
                f"another run, process {lock.read().strip() or 'unknown'}, works in {home}: end it first (Ctrl-C)"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir()
        yield home
