"""Runs a Lambda function's process as AWS does: its interpreter, its environment, its sys.path.

with RuntimeApi() as api, FunctionProcess(api.address, "ok.handler", task_root=FUNCTIONS) as process:
    api.invoke()
    print(process.cpu_ms(), process.stdout())
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tests.harness.runtime_files import lambda_python

FUNCTIONS = Path(__file__).parent / "functions"
"""Sample handlers that any test may use."""

_PYTHON_NAME = f"python{sys.version_info.major}.{sys.version_info.minor}"


@dataclass(frozen=True)
class FunctionConfig:
    """What a function's owner says about it, with AWS's defaults.

    Attributes:
        handler: the handler string.
        task_root: the function's code, /var/task on AWS.
        layer: what AWS would show as /opt/python; None for a function without layers.
        environment: the function's own variables; they win over what AWS sets.
        function_name: of the function.
        function_version: `$LATEST` or a number.
        memory_mb: its setting; not enforced.
        timeout_s: its setting; RIE enforces it, our Runtime API tells it as deadline with each event.
        region: of the function.
    """

    handler: str
    task_root: Path = FUNCTIONS
    layer: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    function_name: str = "checkout"
    function_version: str = "$LATEST"
    memory_mb: int = 128
    timeout_s: int = 3
    region: str = "eu-central-1"

    def variables(self) -> dict[str, str]:
        """The whole environment of the function's process, but for the Runtime API's address.

        Source: docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
        """
        stream = f"2026/11/21/[{self.function_version}]0123456789abcdef0123456789abcdef"
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "HOME": os.environ.get("HOME", "/"),
            "_HANDLER": self.handler,
            "LAMBDA_TASK_ROOT": os.fspath(self.task_root),
            "LAMBDA_RUNTIME_DIR": os.fspath(lambda_python().var_runtime),
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{_PYTHON_NAME}",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_FUNCTION_NAME": self.function_name,
            "AWS_LAMBDA_FUNCTION_VERSION": self.function_version,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.memory_mb),
            "AWS_LAMBDA_FUNCTION_TIMEOUT": str(self.timeout_s),
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{self.function_name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": stream,
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "AWS_SESSION_TOKEN": "example-session-token",
            # /opt is read-only on AWS and so is /var/task: nothing leaves bytecode behind.
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": os.pathsep.join(self.python_path()),
            **self.environment,
        }

    def python_path(self) -> list[str]:
        """What AWS puts before the standard library: the function's code, the layers, the runtime client."""
        layers = [] if self.layer is None else [self.layer / "lib" / _PYTHON_NAME / "site-packages", self.layer]
        return [os.fspath(path) for path in [self.task_root, *layers, lambda_python().var_runtime]]

    def command(self, *flags: str) -> list[str]:
        """The command that runs the handler; `flags` go to the interpreter (such as `-W`, `error`)."""
        # -P: AWS's bootstrap adds no folder of its own to sys.path, `python -m` would add the working one.
        return [os.fspath(lambda_python().executable), "-P", *flags, "-m", "awslambdaric", self.handler]


class ManagedProcess:
    """A process of ours with its output kept, stopped together with its children when the context ends."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], working_directory: Path) -> None:
        """Starts once entered."""
        self._command = command
        self._environment = environment
        self._directory = working_directory
        self._output = tempfile.TemporaryDirectory(prefix="function-")
        self._kept: dict[str, str] = {}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        folder = Path(self._output.name)
        with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
            self._process = subprocess.Popen(
                self._command,
                env=dict(self._environment),
                cwd=self._directory,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._kept = {"stdout": self.stdout(), "stderr": self.stderr()}
        self._output.cleanup()

    @property
    def pid(self) -> int:
        """Of the process."""
        if self._process is None:
            raise RuntimeError("not started: use it as a context manager")
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative for a signal."""
        return self._process.poll() if self._process else None

    def stdout(self) -> str:
        """What it and its children wrote so far to standard output."""
        return self._read("stdout")

    def stderr(self) -> str:
        """What it and its children wrote so far to standard error."""
        return self._read("stderr")

    def wait_for_exit(self, timeout_s: float = 10) -> int:
        """Waits for its end and returns the exit code; after `timeout_s` raises TimeoutError with its output."""
        assert self._process is not None
        try:
            return self._process.wait(timeout_s)
        except subprocess.TimeoutExpired as error:
            raise TimeoutError(f"still running after {timeout_s} s\n{self.stdout()}\n{self.stderr()}") from error

    def kill(self) -> None:
        """Kills it with its children, as AWS does when a function times out, and waits for its end."""
        self._signal_group(signal.SIGKILL)
        self.wait_for_exit()

    def stop(self, grace_s: float = 2) -> None:
        """Ends it with its children: asks, then kills."""
        if self._process is None:
            return
        children = []
        if self._process.poll() is None:
            children = children_of(self.pid)
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(grace_s)
        # The group, too, when its leader has gone: children may outlive it.
        self._signal_group(signal.SIGKILL)
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        self._process.wait()

    def cpu_ms(self) -> float:
        """CPU time so far of all its threads, to the microsecond; children that ended are not in it."""
        return process_cpu_ms(self.pid)

    def rss_kib(self) -> int:
        """Resident memory now."""
        return process_rss_kib(self.pid)

    def _read(self, stream: str) -> str:
        kept = self._kept.get(stream)
        return (Path(self._output.name) / stream).read_text("utf-8", "replace") if kept is None else kept

    def _signal_group(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)


class FunctionProcess(ManagedProcess):
    """`python -m awslambdaric HANDLER` against a Runtime API."""

    def __init__(self, runtime_api: str, config: FunctionConfig, python_flags: Sequence[str] = ()) -> None:
        """Starts once entered.

        Args:
            runtime_api: host and port of the Runtime API.
            config: the function.
            python_flags: for the interpreter, such as `("-W", "error")`.
        """
        environment = {**config.variables(), "AWS_LAMBDA_RUNTIME_API": runtime_api}
        super().__init__(config.command(*python_flags), environment, config.task_root)


def process_cpu_ms(pid: int) -> float:
    """CPU time of a process, from its CPU clock: to the nanosecond, where /proc counts ticks of 10 ms."""
    # clock_getcpuclockid(3) makes the clock's id from the pid; 2 is the kernel's CPUCLOCK_SCHED.
    return time.clock_gettime_ns((~pid << 3) | 2) / 1e6


def process_rss_kib(pid: int) -> int:
    """Resident memory from smaps_rollup, which counts pages; the figure in /proc/PID/status lags behind."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Rss:"):
            return int(line.split()[1])
    raise RuntimeError(f"the kernel gives no Rss for process {pid}")


def children_of(pid: int) -> list[int]:
    """The pids of a process's children."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]
