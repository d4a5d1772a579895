"""Gives a process a part of a CPU, as Lambda gives a function by its memory setting (1769 MB are one vCPU).

A cgroup where one can be made, version 2 or 1; else the process is stopped and continued by signals.
"""

import contextlib
import os
import signal
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

_PERIOD_US = 20_000
_ROOTS = (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/cpu"))


@contextlib.contextmanager
def cpu_limit(vcpu: float, scratch: Path) -> Iterator[tuple[str, ...]]:
    """A limit of `vcpu` CPUs for one process and its children.

    Args:
        vcpu: such as 0.07.
        scratch: a folder for the limiter's own file.

    Yields:
        A command that limits itself and then becomes the command that follows it.
    """
    with contextlib.ExitStack() as stack:
        group = _make_group(vcpu)
        if group is not None:
            stack.callback(_remove_group, group)
            command = f'echo $$ > {group / "cgroup.procs"} && exec "$@"'
        else:
            pid_file = scratch / f"limited-{uuid.uuid4().hex}"
            stack.enter_context(_duty_cycle(vcpu, pid_file))
            command = f'echo $$ > {pid_file}.new && mv {pid_file}.new {pid_file} && exec "$@"'
        yield ("/bin/sh", "-c", command, "limited")


def mechanism() -> str:
    """How this machine limits, for the report."""
    group = _make_group(1)
    if group is None:
        return "stopped and continued by signals"
    _remove_group(group)
    return f"by a cgroup, period {_PERIOD_US // 1000} ms"


def _make_group(vcpu: float) -> Path | None:
    """A group with the quota and the largest weight: what it may have, it gets at once, whatever else runs here."""
    quota_us = int(vcpu * _PERIOD_US)
    for root in _ROOTS:
        group = root / f"cdk-sentry-bench-{uuid.uuid4().hex[:8]}"
        try:
            if (root / "cgroup.controllers").is_file():
                (root / "cgroup.subtree_control").write_text("+cpu")
                group.mkdir()
                (group / "cpu.max").write_text(f"{quota_us} {_PERIOD_US}")
                (group / "cpu.weight").write_text("10000")
                return group
            if (root / "cpu.cfs_quota_us").is_file():
                group.mkdir()
                (group / "cpu.cfs_period_us").write_text(str(_PERIOD_US))
                (group / "cpu.cfs_quota_us").write_text(str(quota_us))
                (group / "cpu.shares").write_text("262144")
                return group
        except OSError:
            _remove_group(group)
    return None


def _remove_group(group: Path) -> None:
    deadline = time.monotonic() + 2
    while group.is_dir() and time.monotonic() < deadline:
        # Busy until the kernel has forgotten the last process in it.
        with contextlib.suppress(OSError):
            group.rmdir()
            return
        time.sleep(0.01)


@contextlib.contextmanager
def _duty_cycle(vcpu: float, pid_file: Path) -> Iterator[None]:
    ended = threading.Event()
    limiter = threading.Thread(target=_stop_and_continue, args=(vcpu, pid_file, ended), daemon=True)
    limiter.start()
    try:
        yield
    finally:
        ended.set()
        limiter.join()


def _stop_and_continue(vcpu: float, pid_file: Path, ended: threading.Event) -> None:
    while not pid_file.is_file():
        if ended.wait(0.001):
            return
    pid = int(pid_file.read_text())
    period_s = _PERIOD_US / 1e6
    with contextlib.suppress(ProcessLookupError):
        while not ended.is_set():
            ended.wait(period_s * vcpu)
            os.kill(pid, signal.SIGSTOP)
            ended.wait(period_s * (1 - vcpu))
            os.kill(pid, signal.SIGCONT)
        os.kill(pid, signal.SIGCONT)
