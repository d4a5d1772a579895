"""Nothing that the demo starts outlives it, and nothing that it starts can be reached from outside."""

import os
import socket
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

from demo import loopback
from demo.process import Child, run
from demo.waiting import StepFailedError, wait_until
from demo.work_folder import work_folder

CHECKOUT = Path(__file__).parents[2]
ENDS_WITHIN_S = 10.0
# A program that starts another and says its id; both are deaf to a polite request to end.
HAS_A_CHILD = """
import signal, subprocess, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"]).pid, flush=True)
"""
STAYS = HAS_A_CHILD + "signal.pause()"
STARTER = """
import os, sys
from pathlib import Path
from demo.process import Child
Child("family", [sys.executable, "-c", sys.argv[2]], environment=os.environ, log=Path(sys.argv[1]))
sys.stdin.read()
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "child.log"


def test_what_a_killed_program_had_started_dies_with_it(log: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", STARTER, log, STAYS], stdin=subprocess.PIPE, cwd=CHECKOUT) as starter:
        grandchild = _id_in(log)
        assert _lives(grandchild)

        starter.kill()

        wait_until(lambda: not _lives(grandchild), what="the grandchild's end", timeout_s=ENDS_WITHIN_S)


def test_stopping_a_child_ends_its_children_too(log: Path) -> None:
    polite = STAYS.replace("SIG_IGN", "SIG_DFL")
    with Child("family", [sys.executable, "-c", polite], environment=os.environ, log=log):
        grandchild = _id_in(log)

    wait_until(lambda: not _lives(grandchild), what="the grandchild's end", timeout_s=ENDS_WITHIN_S)


def test_a_child_that_ends_leaves_no_children(log: Path) -> None:
    run(
        "family", [sys.executable, "-c", HAS_A_CHILD], environment=os.environ, log=log, directory=CHECKOUT, timeout_s=30
    )

    wait_until(lambda: not _lives(_id_in(log)), what="the grandchild's end", timeout_s=ENDS_WITHIN_S)


def test_a_failed_command_shows_the_end_of_its_log_and_where_the_rest_is(log: Path) -> None:
    code = "import sys; print('\\n'.join(f'line {n}' for n in range(100))); sys.exit(3)"

    with pytest.raises(StepFailedError, match="cdk deploy ended with code 3") as failure:
        run(
            "cdk deploy",
            [sys.executable, "-c", code],
            environment=os.environ,
            log=log,
            directory=CHECKOUT,
            timeout_s=30,
        )

    assert "line 99" in str(failure.value)
    assert "line 50" not in str(failure.value)
    assert str(log) in str(failure.value)


def test_a_command_that_takes_too_long_is_ended(log: Path) -> None:
    code = "import os, signal; print(os.getpid(), flush=True); signal.pause()"

    with pytest.raises(StepFailedError, match="took over 1 s"):
        run("slow", [sys.executable, "-c", code], environment=os.environ, log=log, directory=CHECKOUT, timeout_s=1)

    assert not _lives(_id_in(log))


def test_a_server_that_ends_before_it_is_ready_is_said_at_once(log: Path) -> None:
    with (
        Child("server", [sys.executable, "-c", "print('no port'); exit(1)"], environment=os.environ, log=log) as child,
        pytest.raises(StepFailedError, match=r"server ended with code 1\n.*no port"),
    ):
        child.wait_until_ready(lambda: False, timeout_s=60)


@pytest.mark.parametrize(("bound_to", "reachable"), [("", True), (loopback.HOST, False)])
def test_a_port_that_other_machines_can_reach_is_refused(
    bound_to: str, reachable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Another address of the loopback network stands in for the one that this machine has on a network, if any.
    monkeypatch.setattr(loopback, "_outward_address", lambda: "127.0.0.2")
    with socket.create_server((bound_to, 0)) as server:
        port = server.getsockname()[1]
        assert loopback.answers(port)

        refused = pytest.raises(StepFailedError, match="reachable from this machine alone")
        with refused if reachable else nullcontext():
            loopback.check_loopback_only(port, "Spotlight")


def test_a_second_run_in_the_same_folder_is_refused_and_named(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    with (
        work_folder(folder),
        pytest.raises(StepFailedError, match=f"another run, process {os.getpid()}"),
        work_folder(folder),
    ):
        pass


def test_what_an_earlier_run_left_is_gone(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    with work_folder(folder):
        (folder / "old.log").touch()
    with work_folder(folder):
        assert list(folder.iterdir()) == []


def _id_in(log: Path) -> int:
    return int(wait_until(lambda: log.is_file() and log.read_text(), what="an id", timeout_s=ENDS_WITHIN_S))


def _lives(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{process_id}/stat")
    # Ended, and only not yet collected by whoever inherited it.
    return not (state.is_file() and state.read_text().rpartition(")")[2].split()[0] == "Z")
