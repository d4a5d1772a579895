"""Runs `cdk-sentry` as a user in a terminal does: a process of its own, with an exit code."""

import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from unittest.mock import patch

from cdk_sentry.cli.command import Command
from cdk_sentry.cli.main import load, main
from tests.harness.run import Run


def run(
    environment: Mapping[str, str], *words: str, stdin: str = "", directory: Path | None = None, timeout_s: float = 60
) -> Run:
    """Runs the command to its end.

    Args:
        environment: all of it.
        words: of the command line, without `cdk-sentry`.
        stdin: what is piped into it.
        directory: where it runs; here when left out.
        timeout_s: a run that takes longer is a failure.
    """
    finished = subprocess.run(
        [sys.executable, "-m", "cdk_sentry", *words],
        env=_as_in_a_file(environment),
        input=stdin,
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout_s,
    )
    return Run(finished.returncode, finished.stdout, finished.stderr)


def run_here(environment: Mapping[str, str], *words: str) -> Run:
    """The same in this process, for what takes many runs: most of a run is starting Python and loading boto3.

    Args:
        environment: all of it.
        words: of the command line, without `cdk-sentry`.
    """
    out, err = StringIO(), StringIO()
    with patch.dict(os.environ, _as_in_a_file(environment), clear=True), redirect_stdout(out), redirect_stderr(err):
        code = main(words)
    return Run(code, out.getvalue(), err.getvalue())


def _as_in_a_file(environment: Mapping[str, str]) -> dict[str, str]:
    """Without the width of a terminal, which xdist sets: tables are then as wide as they need to be."""
    return {name: value for name, value in environment.items() if name != "COLUMNS"}


def subcommand(name: str) -> Command:
    """What a subcommand declares, by its full name, for example `dsn put`."""
    return dict(load(name.partition(" ")[0]).runnable())[name]
