"""sentry-cli, which knows Sentry's releases: found, run, and its errors in one line."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from ..errors import CommandError
from .steps import Step

NAME = "sentry-cli"
_TIMEOUT_S = 120
_NOISE = re.compile(r"^(error: API request failed|Caused by:|\d+: API request failed|)$")
_BEGIN_OF_TRACE = re.compile(r"^(Stack backtrace:|Add --log-level=)")


def find(directory: Path) -> str:
    """The program: that of the project in `directory` (npm's), else that on the PATH.

    Args:
        directory: where node_modules may be.

    Raises:
        CommandError: there is none.
    """
    found = shutil.which(NAME, path=str(directory / "node_modules" / ".bin")) or shutil.which(NAME)
    if found is None:
        raise CommandError(
            f"there is no {NAME} in node_modules/.bin or on the PATH: npm install --save-dev @sentry/cli, or add "
            "--dry-run to see what it would be asked"
        )
    return found


def run(program: str, step: Step, environment: Mapping[str, str]) -> str:
    """Runs one step to its end.

    Args:
        program: as `find` gives it.
        step: its arguments.
        environment: added to that of this process.

    Returns:
        What it printed, in one line.

    Raises:
        CommandError: it failed; says why in one line.
    """
    words = " ".join([NAME, *step])
    try:
        finished = subprocess.run(
            [program, *step],
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=_TIMEOUT_S,
        )
    except subprocess.TimeoutExpired:
        raise CommandError(f"`{words}` has not ended in {_TIMEOUT_S} s: check SENTRY_URL and the network") from None
    except OSError as error:
        raise CommandError(f"`{words}` cannot be run: {error.strerror}") from None
    if finished.returncode != 0:
        raise CommandError(f"`{words}` failed: {_reason(finished.stderr or finished.stdout)}")
    return " ".join(finished.stdout.split())


def _reason(printed: str) -> str:
    said = []
    for line in printed.splitlines():
        text = line.strip()
        if _BEGIN_OF_TRACE.match(text):
            break
        if not _NOISE.match(text):
            said.append(text.removeprefix("error: "))
    reason = "; ".join(said) or "it says nothing"
    if "401" in reason or "403" in reason:
        reason += ": SENTRY_AUTH_TOKEN is wrong, or has no scope org:ci for this organisation and project"
    return reason
