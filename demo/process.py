"""Child processes: started with a log file, waited for until ready, stopped by id, never left behind."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from demo.waiting import StepFailedError, wait_until

_LIFELINE = Path(__file__).with_name("lifeline.py")
_STOP_TIMEOUT_S = 3.0
_TAIL_LINES = 25


class Child:
    """A process that dies with this one, in a process group of its own, so that Ctrl-C reaches it only through us.

    Args:
        name: what messages and the log file call it.
        command: the program and its arguments.
        environment: all of its environment.
        log: file for its output; replaced.
        directory: where it runs; the current directory when left out.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        environment: Mapping[str, str],
        log: Path,
        directory: Path | None = None,
    ) -> None:
        self.name = name
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        starter, self._lifeline = os.pipe()
        try:
            with log.open("wb") as output:
                self._process = subprocess.Popen(
                    [sys.executable, _LIFELINE, str(starter), *command],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env=environment,
                    cwd=directory,
                    pass_fds=(starter,),
                    start_new_session=True,
                )
        finally:
            os.close(starter)

    @property
    def exit_code(self) -> int | None:
        """What the process ended with; None while it runs."""
        return self._process.poll()

    def wait_until_ready(self, is_ready: Callable[[], bool], *, timeout_s: float) -> None:
        """Waits until `is_ready` says yes.

        Raises:
            StepFailedError: the process ended, or was not ready after `timeout_s` seconds; shows the log's end.
        """

        def ready_or_dead() -> bool:
            return self.exit_code is not None or is_ready()

        try:
            wait_until(ready_or_dead, what=f"{self.name} to be ready", timeout_s=timeout_s)
        except StepFailedError as error:
            raise StepFailedError(f"{error}\n{self.log_tail()}") from None
        self.check_alive()

    def check_alive(self) -> None:
        """Raises StepFailedError, with the log's end, when the process has ended."""
        if self.exit_code is not None:
            raise StepFailedError(f"{self.name} ended with code {self.exit_code}\n{self.log_tail()}")

    def wait(self, *, timeout_s: float) -> None:
        """Waits until the process has done its work.

        Raises:
            StepFailedError: it ended with a code other than 0, or not within `timeout_s` seconds; shows the log's end.
        """
        try:
            code = self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.stop()
            raise StepFailedError(f"{self.name} took over {timeout_s:g} s\n{self.log_tail()}") from None
        if code != 0:
            raise StepFailedError(f"{self.name} ended with code {code}\n{self.log_tail()}")

    def log_tail(self) -> str:
        """The last lines of the log, and where the rest is."""
        lines = self.log.read_text(errors="replace").splitlines()[-_TAIL_LINES:]
        return "\n".join([*(f"    {line}" for line in lines), f"    (all of it: {self.log})"])

    def stop(self) -> None:
        """Ends the process and all that it started: asked first, killed when that takes over 3 s."""
        if self._lifeline < 0:
            return
        with contextlib.suppress(BrokenPipeError):  # ended by itself
            os.write(self._lifeline, b"t")
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_STOP_TIMEOUT_S)
        os.close(self._lifeline)
        self._lifeline = -1
        self._process.wait()

    def __enter__(self) -> Self:
        """Nothing more to do: the process has been started."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops the process."""
        self.stop()


def run(
    name: str,
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str],
    log: Path,
    directory: Path,
    timeout_s: float,
) -> None:
    """Runs a command to its end.

    Raises:
        StepFailedError: it failed or took longer than `timeout_s` seconds; shows the log's end.
    """
    with Child(name, command, environment=environment, log=log, directory=directory) as child:
        child.wait(timeout_s=timeout_s)
