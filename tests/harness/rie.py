"""AWS's Runtime Interface Emulator (RIE), taken once from the aws-sam-cli wheel, run on free loopback ports.

It answers its caller only after the runtime's next poll: for what a caller waits, use `RuntimeApi`.

    with RuntimeInterfaceEmulator(FunctionConfig("ok.handler")) as rie:
        answer = rie.invoke({"key": "value"})
        print(answer.body, rie.function_cpu_ms())
"""

import http.client
import json
import os
import platform
import re
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.harness.function_process import (
    FunctionConfig,
    ManagedProcess,
    children_of,
    process_cpu_ms,
    process_rss_kib,
)
from tests.harness.http_server import LOOPBACK
from tests.harness.runtime_files import CACHE, made_once

_REQUIREMENTS = Path(__file__).parent / "rie-requirements.txt"
_ARCHITECTURES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}
_INVOKE = "/2015-03-31/functions/function/invocations"
# It would serve for ever when what started it is killed; the function's process ends when its Runtime API is gone.
_DIES_WITH_US = ("setpriv", "--pdeathsig", "KILL", "--")


@dataclass(frozen=True)
class RieAnswer:
    """What RIE's caller got.

    Attributes:
        body: of the response: the function's result or error.
        waited_ms: until it was there; includes what the runtime did before its next poll.
    """

    body: bytes
    waited_ms: float

    @property
    def result(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)


class RuntimeInterfaceEmulator(ManagedProcess):
    """RIE with one function; the function's process starts with the first invocation."""

    def __init__(self, config: FunctionConfig, python_flags: Sequence[str] = ()) -> None:
        """Starts once entered, on free ports.

        Args:
            config: the function; its timeout is enforced.
            python_flags: for the interpreter, such as `("-W", "error")`.
        """
        self._port, self._runtime_port = _free_ports(2)
        self._timeout_s = config.timeout_s
        command = [*_DIES_WITH_US, os.fspath(rie_binary()), "--log-level", "info"]
        command += ["--runtime-interface-emulator-address", f"{LOOPBACK}:{self._port}"]
        command += [
            "--runtime-api-address",
            f"{LOOPBACK}:{self._runtime_port}",
            *config.command(*python_flags),
        ]
        super().__init__(command, config.variables(), config.task_root)

    def invoke(self, event: Any = None, *, client_context: dict[str, Any] | None = None) -> RieAnswer:
        """Invokes the function and waits for RIE's answer.

        Args:
            event: JSON-able, or bytes to be sent as they are; default: an empty object.
            client_context: as mobile callers send it.

        Raises:
            TimeoutError: RIE did not come up, or did not answer long after the function's timeout.
        """
        body = event if isinstance(event, bytes) else json.dumps({} if event is None else event).encode()
        headers = {"Content-Type": "application/json"}
        if client_context is not None:
            headers["X-Amz-Client-Context"] = json.dumps(client_context)
        connection = self._connect()
        started = time.perf_counter()
        connection.request("POST", _INVOKE, body, headers)
        answer = connection.getresponse().read()
        waited_ms = (time.perf_counter() - started) * 1000
        connection.close()
        return RieAnswer(answer, waited_ms)

    def logs(self) -> str:
        """What RIE and the function wrote, standard output then standard error."""
        return self.stdout() + self.stderr()

    def init_ms(self) -> float:
        """Wall-clock time of init, as RIE's log says it after the first invocation."""
        found = re.search(r"INIT REPORT\(durationMs: ([0-9.]+)\)", self.logs())
        if found is None:
            raise ValueError(f"init is not over yet:\n{self.logs()}")
        return float(found[1])

    def function_pid(self) -> int:
        """The pid of the function's process; it is there after the first invocation."""
        children = children_of(self.pid)
        if len(children) != 1:
            raise ValueError(f"expected one function process below RIE, found {children}")
        return children[0]

    def function_cpu_ms(self) -> float:
        """CPU time of the function's process so far."""
        return process_cpu_ms(self.function_pid())

    def function_rss_kib(self) -> int:
        """Resident memory of the function's process now."""
        return process_rss_kib(self.function_pid())

    def _connect(self) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection(LOOPBACK, self._port, timeout=self._timeout_s + 30)

        def connected() -> bool:
            try:
                connection.connect()
            except ConnectionRefusedError:
                return False
            return True

        _poll_until(connected, lambda: f"RIE does not listen: {self.logs()}", timeout_s=10)
        return connection


def rie_binary() -> Path:
    """Downloads by hash, or finds in the cache, the emulator for this machine's architecture."""
    machine = platform.machine().lower()
    if machine not in _ARCHITECTURES:
        raise RuntimeError(f"AWS has no Runtime Interface Emulator for {machine}, only for x86_64 and arm64")
    version = _REQUIREMENTS.read_text().split("==")[1].split()[0]
    name = f"aws-lambda-rie-{_ARCHITECTURES[machine]}"
    return made_once(CACHE / f"{name}-{version}", lambda home: _fetch_rie(name, home)) / name


def _fetch_rie(name: str, home: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
        ]
        command += [
            "--require-hashes",
            "--only-binary=:all:",
            "--dest",
            scratch,
            "-r",
            os.fspath(_REQUIREMENTS),
        ]
        subprocess.run(command, check=True)
        (wheel,) = Path(scratch).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            (home / name).write_bytes(archive.read(f"samcli/local/rapid/{name}"))
    (home / name).chmod(0o755)


def _free_ports(count: int) -> list[int]:
    """Ports that were free a moment ago; asked for at once so that they differ."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind((LOOPBACK, 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def _poll_until(condition: Callable[[], bool], problem: Callable[[], str], timeout_s: float) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(problem())
        time.sleep(0.005)
