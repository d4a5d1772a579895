"""Runs `cdk-sentry` as a user in a terminal does: a process of its own, with an exit code."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cdk_sentry.cli.command import Command
from cdk_sentry.cli.main import load

_TIMEOUT_S = 60


@dataclass(frozen=True)
class Run:
    """What a run left.

    Attributes:
        code: its exit code.
        out: standard output.
        err: standard error.
    """

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as the one JSON document that it must be."""
        return json.loads(self.out)


def run(environment: Mapping[str, str], *words: str, stdin: str = "", directory: Path | None = None) -> Run:
    """Runs the command to its end.

    Args:
        environment: all of it.
        words: of the command line, without `cdk-sentry`.
        stdin: what is piped into it.
        directory: where it runs; here when left out.
    """
    finished = subprocess.run(
        [sys.executable, "-m", "cdk_sentry", *words],
        env=dict(environment),
        input=stdin,
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
        timeout=_TIMEOUT_S,
    )
    return Run(finished.returncode, finished.stdout, finished.stderr)


def subcommand(name: str) -> Command:
    """What a subcommand declares, by its full name, for example `dsn put`."""
    return dict(load(name.partition(" ")[0]).runnable())[name]
