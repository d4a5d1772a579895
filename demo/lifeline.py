"""Runs a command for as long as the process that started it lives; nothing is left behind, whatever kills that one.

`python lifeline.py FD COMMAND...`: FD is the read end of a pipe whose write end only the starter holds. A byte asks the
command and all that it has started to end. The end of file kills them: the kernel closes the pipe when the starter
ends, also by SIGKILL. So there is no pid file to clean up after, and any POSIX system will do.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading


def main() -> int:
    """Runs the command of sys.argv; returns its exit code as a shell would."""
    starter, command = int(sys.argv[1]), sys.argv[2:]
    child = subprocess.Popen(command, process_group=0)
    threading.Thread(target=_obey, args=(starter, child.pid), daemon=True).start()
    # Not reaped yet, so that its id cannot belong to anyone else when the rest of its group is ended.
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    _signal_group(child.pid, signal.SIGKILL)
    code = child.wait()
    return code if code >= 0 else 128 - code


def _obey(starter: int, group: int) -> None:
    while os.read(starter, 1):
        _signal_group(group, signal.SIGTERM)
    _signal_group(group, signal.SIGKILL)


def _signal_group(group: int, number: signal.Signals) -> None:
    # Gone, or (on macOS) nothing left in it but a process that has ended.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


if __name__ == "__main__":
    sys.exit(main())
