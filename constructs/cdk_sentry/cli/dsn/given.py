"""The DSN that somebody types or pipes in."""

import getpass
import sys

from ...dsn_text import dsn_problem
from ..errors import CommandError

STANDARD_INPUT = "-"


def read_dsn(argument: str | None) -> str:
    """The DSN given, or asked for where a terminal is there, or read from standard input.

    Args:
        argument: of the command line.

    Raises:
        CommandError: it is no DSN, or cannot be read; says what is wrong without repeating it.
    """
    given = None if argument == STANDARD_INPUT else argument
    text = _read() if given is None else given
    return checked(text.strip(), "what was given")


def _read() -> str:
    if sys.stdin is None:
        raise CommandError("standard input is closed: pipe the DSN into it")
    try:
        return getpass.getpass("DSN (is not shown): ") if sys.stdin.isatty() else sys.stdin.read()
    except EOFError:  # Ctrl-D in place of a DSN
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"standard input cannot be read: {error}") from None


def checked(text: str, what: str) -> str:
    """The text, if it is a DSN.

    Args:
        text: perhaps a DSN.
        what: begins the message.

    Raises:
        CommandError: it is none.
    """
    problem = dsn_problem(text) if text else "It is empty."
    if problem:
        raise CommandError(
            f"{what} is no DSN: {problem} It must be https://public_key@host/project_id: copy it from the project's "
            "settings in Sentry, 'Client Keys (DSN)'"
        )
    return text
