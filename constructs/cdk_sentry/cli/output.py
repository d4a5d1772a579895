"""Where a command's words go: findings to standard output, progress and errors to standard error."""

import json
import sys
from typing import Any

from rich.console import Console, RenderableType


class Output:
    """Human output with colour where a terminal is there, or one JSON document.

    Args:
        as_json: whether standard output is for machines.
    """

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self._out = Console(highlight=False, soft_wrap=True)
        self.progress = Console(stderr=True, highlight=False)
        """Standard error: progress bars of rich draw nothing there if it is no terminal."""

    def say(self, what: RenderableType, *, style: str | None = None) -> None:
        """Something for people; nothing is written where output is for machines.

        Args:
            what: text, in which square brackets mean themselves, or what rich can draw.
            style: of rich.
        """
        if not self.as_json:
            self._out.print(what, style=style, markup=False)

    def result(self, document: Any) -> None:
        """The same for machines; nothing is written where output is for people.

        Args:
            document: what json can write; dates and the like become their text.
        """
        if self.as_json:
            sys.stdout.write(json.dumps(document, indent=2, default=str) + "\n")

    def error(self, message: str) -> None:
        """One line on standard error."""
        self.progress.print(f"cdk-sentry: {message}", style="bold red", markup=False, soft_wrap=True)
