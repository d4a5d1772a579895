"""`make pictures`: takes the pictures of README and docs anew, from one run of the demo.

Needs Debian's chromium, and the packages of requirements.txt here; a minute.
"""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from demo.local_aws import LocalAws
from docs.pictures import issue, terminal
from docs.pictures.browser import chromium

FOLDER = Path(__file__).parent
_WORK = FOLDER.parents[1] / "build" / "demo-of-the-pictures"
_READY = "Running until Ctrl-C"
_ENDS_WITHIN_S = 30


def main() -> None:
    """Takes all pictures."""
    with demo() as printed, chromium() as browser:
        shown = printed[: next(number for number, line in enumerate(printed) if line.startswith(_READY))]
        (FOLDER / "demo.svg").write_text(terminal.svg(terminal.excerpt(shown), "make demo"))
        issue.make_an_error(LocalAws(address(printed, "local cloud"), _WORK / "authority.pem"))
        issue.take(browser, address(printed, "Sentry (Spotlight)"), FOLDER)


@contextmanager
def demo() -> Iterator[list[str]]:
    """`make demo`, running; yields what it has printed.

    Raises:
        SystemExit: it ended before it was ready.
    """
    command = [sys.executable, "-m", "demo", "--work-folder", os.fspath(_WORK)]
    printed: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None  # noqa: S101  (a pipe was asked for)
            for line in running.stdout:
                printed.append(line.rstrip("\n"))
                if line.startswith(_READY):
                    yield printed
                    return
            raise SystemExit("\n".join([*printed, "the demo ended"]))
        finally:
            running.send_signal(signal.SIGINT)
            running.wait(_ENDS_WITHIN_S)


def address(printed: list[str], name: str) -> str:
    """An address that the demo has printed beside its name."""
    [found] = [line for line in printed if re.match(rf"\s*{re.escape(name)}  http", line)]
    return found.split()[-1]


if __name__ == "__main__":
    main()
