"""`cpu_time.py COMMAND...`: runs it and prints the CPU seconds of it and of all that it started.

The Node process behind aws-cdk-lib may outlive the Python that started it, and nobody then counts its time: this
process adopts whatever is left behind (prctl(2), PR_SET_CHILD_SUBREAPER) and waits for it.
"""

import ctypes
import os
import resource
import subprocess
import sys

_PR_SET_CHILD_SUBREAPER = 36


def main(command: list[str]) -> int:
    """Runs the command; its exit code is this program's."""
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")
    process = subprocess.Popen(command, stdout=sys.stderr)
    exit_code = process.wait()
    try:
        while True:
            os.wait()
    except ChildProcessError:
        pass
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(usage.ru_utime + usage.ru_stime)
    return exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
