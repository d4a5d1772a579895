"""Where a command's words go: findings to standard output, progress and errors to standard error."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

from .errors import CommandError

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
        self._has_result = False

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
            with _standard_output():
                self._out.print(what, style=style, markup=False, soft_wrap=True)

    def result(self, document: Any) -> None:
        """The same for machines; nothing is written where output is for people.

        Args:
            document: what json can write; times become ISO 8601, other things their text.
        """
        if self.as_json:
            text = json.dumps(document, indent=2, default=_text)
            self._has_result = True
            self.write(f"{text}\n")

    def write(self, text: str) -> None:
        """Text to the byte, for people and machines alike; nothing of it is left in a buffer."""
        with _standard_output() as out:
            out.write(text)
            out.flush()

    def note(self, message: str) -> None:
        """One line on standard error, for people, also where output is for machines."""
        self._tell(message, style="dim")

    def error(self, message: str) -> None:
        """One line on standard error."""
        self._tell(f"cdk-sentry: {message}", style="bold red")

    def failure(self, message: str, details: str = "") -> None:
        """What stops the command: on standard error, and for machines in place of a result.

        Args:
            message: one line.
            details: further lines, for people.
        """
        self.error(message)
        if details:
            self.note(details)
        if not self._has_result:
            with suppress(CommandError, BrokenPipeError):  # perhaps this is what stops the command
                self.result({"error": message})

    def _tell(self, text: str, *, style: str) -> None:
        try:
            self.progress.print(text, style=style, markup=False, soft_wrap=True)
        except OSError:  # nobody hears it; the exit code says it still
            _abandon(sys.stderr)

    @cached_property
    def _out(self) -> "Console":
        return _console(stderr=False)


@contextmanager
def _standard_output() -> Iterator[TextIO]:
    if sys.stdout is None:
        raise CommandError("standard output is closed: send it to a file, or to /dev/null")
    try:
        yield sys.stdout
    except BrokenPipeError:
        _abandon(sys.stdout)
        raise
    except OSError as error:
        _abandon(sys.stdout)
        raise CommandError(f"standard output cannot be written: {error.strerror or error}") from None
    except UnicodeEncodeError as error:
        raise CommandError(
            f"standard output cannot be written in {error.encoding}: set PYTHONIOENCODING=utf-8"
        ) from None


def _abandon(stream: TextIO) -> None:
    """Python writes what is left in a buffer once more at exit; if that fails, too, the exit code is another."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _console(*, stderr: bool) -> "Console":
    from rich.console import Console  # noqa: PLC0415 - help must not wait for it

    class Piped(Console):
        def on_broken_pipe(self) -> NoReturn:
            raise BrokenPipeError  # rich would end the process, with a code that means something else here

    stream = sys.stderr if stderr else sys.stdout
    unknown_width = (stream is None or not stream.isatty()) and "COLUMNS" not in os.environ
    return Piped(stderr=stderr, highlight=False, emoji=False, width=_WIDTH_IN_FILES if unknown_width else None)
