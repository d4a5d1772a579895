"""`make pictures`: takes the pictures of README and docs anew, from one run of the demo.

Needs Debian's chromium, and the packages of requirements.txt here; a minute.
"""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.text import Text

from demo import traffic
from demo.deployment import Deployment
from demo.local_aws import LocalAws
from docs.pictures import command_output, dashboard, demo_output, issue, terminal
from docs.pictures.browser import chromium

FOLDER = Path(__file__).parent
_WORK = FOLDER.parents[1] / "build" / "demo-of-the-pictures"
_READY = "Running until Ctrl-C"
_ENDS_WITHIN_S = 30


def main() -> None:
    """Takes all pictures."""
    with demo() as printed, chromium() as browser:
        aws = LocalAws(address(printed, "local cloud"), _WORK / "authority.pem")
        shown = printed[: next(number for number, line in enumerate(printed) if line.startswith(_READY))]
        draw("make demo", demo_output.excerpt(shown), columns=demo_output.COLUMNS)
        dashboard.take(browser, json.loads((_WORK / "dashboard.json").read_text()), FOLDER / "dashboard.png")
        command_output.edit_by_hand(aws)
        draw_command(aws, "audit")
        issue.make_an_error(aws)
        issue.take(browser, address(printed, "Sentry (Spotlight)"), FOLDER)
        draw_command(aws, "diagnose", "--user", traffic.load()[0].event["user_id"])


def draw(command: str, lines: Sequence[Text], *, columns: int) -> None:
    """Draws what a command printed; the picture is named after its second word."""
    (FOLDER / f"{command.split()[1]}.svg").write_text(terminal.svg(command, lines, columns=columns))


def draw_command(aws: LocalAws, subcommand: str, *options: str) -> None:
    """Has `cdk-sentry` look at the sample, and draws what it says."""
    [stack] = {resource.stack for resource in Deployment(aws).resources}
    arguments = (subcommand, "--stack", stack, *options)
    lines = command_output.printed(aws, *arguments)
    draw(" ".join(("cdk-sentry", *arguments)), lines, columns=command_output.COLUMNS)


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
