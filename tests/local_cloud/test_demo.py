"""`python -m demo`, the program itself, with the real Spotlight: from nothing to the summary, and back to nothing."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from demo import loopback
from demo.local_aws import LocalAws
from demo.traffic import Outcome, SignedSession, count_outcomes, load
from demo.waiting import wait_until

pytestmark = pytest.mark.xdist_group("local_cloud_demo")

CHECKOUT = Path(__file__).parents[2]
ENDS_WITHIN_S = 15.0


@dataclass
class Demo:
    """A running demo, what it has printed so far and all processes that it was seen to have."""

    process: subprocess.Popen[str]
    printed: list[str] = field(default_factory=list)
    family: set[int] = field(default_factory=set)

    def read_until(self, pattern: str) -> str:
        """Reads on to the first line that matches; fails with all of it if none does."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.printed.append(line)
            self.family |= _descendants(self.process.pid)
            if re.search(pattern, line):
                return line
        raise AssertionError(f"no line like {pattern!r}:\n{''.join(self.printed)}")

    def read_to_end(self) -> str:
        """Everything that was printed, and the exit code in `process`."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.printed.append(line)
            self.family |= _descendants(self.process.pid)
        self.process.wait()
        return "".join(self.printed)

    def left_behind(self) -> set[int]:
        """Processes that are still there; given some time to end."""

        def none_left() -> bool:
            return not self.family & _all_processes().keys()

        wait_until(none_left, what="every process of the demo to end", timeout_s=ENDS_WITHIN_S)
        return self.family & _all_processes().keys()


@contextmanager
def demo(folder: Path, *options: str, environment: dict[str, str] | None = None) -> Iterator[Demo]:
    command: list[str | Path] = [sys.executable, "-m", "demo", "--work-folder", folder, *options]
    with subprocess.Popen(
        command,
        cwd=CHECKOUT,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield Demo(process)
        finally:
            process.kill()


def test_a_killed_run_leaves_no_process_and_the_next_one_shows_everything(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    with demo(folder, "--once") as killed:
        killed.read_until(r"cdk deploy \.\.\.")
        killed.read_until("✓ cdk deploy|activity events through")
        assert len(killed.family) >= 4  # both servers, each with its lifeline
        killed.process.kill()
        assert killed.left_behind() == set()

    with demo(folder, "--once") as once:
        printed = once.read_to_end()

    assert once.process.returncode == 0, printed
    assert once.left_behind() == set()
    for expected in _summary_lines():
        assert re.search(expected, printed), f"{expected}\n{printed}"
    assert (folder / "dashboard.json").is_file()


def test_the_demo_keeps_running_on_loopback_alone_until_it_is_interrupted(tmp_path: Path) -> None:
    with demo(tmp_path / "demo") as running:
        page = running.read_until("Sentry .Spotlight.").split()[-1]
        api = running.read_until("API  ").split()[-1]
        cloud = running.read_until("local cloud").split()[-1]
        running.read_until("Running until Ctrl-C")

        assert "<html" in requests.get(page, timeout=5).text.lower()
        for address in (page, cloud):
            _check_nothing_else_is_bound(int(address.rpartition(":")[2]))
        # What it suggests to try works, and what comes of it is said.
        example = re.search("--json '([^']+)'", running.read_until("curl "))
        assert example
        answer = SignedSession(LocalAws(cloud, tmp_path / "demo" / "authority.pem")).request(
            "POST", f"{api}/activity", example[1]
        )
        assert answer.status_code == 202
        running.read_until("new in Sentry: record quarantined")
        running.process.send_signal(signal.SIGINT)
        printed = running.read_to_end()

    assert running.process.returncode == 0, printed
    assert running.left_behind() == set()
    assert not loopback.answers(int(page.rpartition(":")[2]))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_in_the_middle_stops_everything(tmp_path: Path, number: signal.Signals) -> None:
    with demo(tmp_path / "demo", "--once") as stopped:
        stopped.read_until(r"cdk bootstrap \.\.\.")
        stopped.process.send_signal(number)
        stopped.read_to_end()

    assert stopped.process.returncode == 128 + number
    assert stopped.left_behind() == set()


def test_a_step_that_fails_is_named_with_its_log(tmp_path: Path) -> None:
    """Here: no program `node` to be found."""
    with demo(tmp_path / "demo", "--once", environment={"PATH": os.fspath(tmp_path)}) as failed:
        printed = failed.read_to_end()

    assert failed.process.returncode == 1
    assert "✗ Local Sentry: Spotlight" in printed
    assert "spotlight.log" in printed
    assert failed.left_behind() == set()


def _summary_lines() -> list[str]:
    outcomes = count_outcomes(load())
    return [
        r"AWS::Lambda::Function +. +5",
        r"cdk_sentry_layer\.bootstrap\.handler",
        rf"accepted +. +{outcomes[Outcome.ACCEPTED]} ",
        rf"rejected +. +{outcomes[Outcome.REJECTED]} ",
        rf"quarantined +. +{outcomes[Outcome.QUARANTINED]} ",
        r"record quarantined: ",
        r"service: activity-history",
        r"memory_mb: 512",
        r"dashboard's JSON +file:///",
        r"Everything is as it has to be\.",
    ]


def _check_nothing_else_is_bound(port: int) -> None:
    """A server that listens at all addresses would be in the way of this one."""
    socket.create_server(("127.0.0.2", port)).close()


def _all_processes() -> dict[int, int]:
    """Every process that runs, and its parent; those that have ended and wait to be collected left out."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid=,stat="], capture_output=True, text=True, check=True).stdout
    rows = (line.split() for line in listed.splitlines())
    return {int(process): int(parent) for process, parent, state in rows if not state.startswith("Z")}


def _descendants(ancestor: int) -> set[int]:
    parents = _all_processes()
    found = {ancestor}
    while new := {process for process, parent in parents.items() if parent in found} - found:
        found |= new
    return found - {ancestor}
