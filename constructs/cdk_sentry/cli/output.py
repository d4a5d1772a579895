"""Where a command's words go: findings to standard output, progress and errors to standard error."""

import json
import os
import sys
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

# Wide enough for every table where no terminal says how wide it is.
_WIDTH_IN_FILES = 240


class Output:
    """Human output with colour where a terminal is there, or one JSON document.

    Args:
        as_json: whether standard output is for machines.
    """

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json

    @cached_property
    def progress(self) -> "Console":
        """Standard error: progress bars of rich draw nothing there if it is no terminal."""
        return _console(stderr=True)

    def say(self, what: "RenderableType", *, style: str | None = None) -> None:
        """Something for people; nothing is written where output is for machines.

        Args:
            what: text, in which brackets and colons mean themselves, or what rich can draw.
            style: of rich.
        """
        if not self.as_json:
            self._out.print(what, style=style, markup=False, soft_wrap=True)

    def result(self, document: Any) -> None:
        """The same for machines; nothing is written where output is for people.

        Args:
            document: what json can write; times become ISO 8601, other things their text.
        """
        if self.as_json:
            sys.stdout.write(json.dumps(document, indent=2, default=_text) + "\n")

    def note(self, message: str) -> None:
        """One line on standard error, for people, also where output is for machines."""
        self.progress.print(message, style="dim", markup=False, soft_wrap=True)

    def error(self, message: str) -> None:
        """One line on standard error."""
        self.progress.print(f"cdk-sentry: {message}", style="bold red", markup=False, soft_wrap=True)

    @cached_property
    def _out(self) -> "Console":
        return _console(stderr=False)


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _console(*, stderr: bool) -> "Console":
    from rich.console import Console  # noqa: PLC0415 - help must not wait for it

    class Piped(Console):
        def on_broken_pipe(self) -> NoReturn:
            raise BrokenPipeError  # rich would end the process, with a code that means something else here

    stream = sys.stderr if stderr else sys.stdout
    unknown_width = not stream.isatty() and "COLUMNS" not in os.environ
    return Piped(stderr=stderr, highlight=False, emoji=False, width=_WIDTH_IN_FILES if unknown_width else None)
