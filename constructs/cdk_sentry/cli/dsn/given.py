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
        CommandError: it is no DSN; says what is wrong without repeating it.
    """
    if argument not in {None, STANDARD_INPUT}:
        text = argument
    elif sys.stdin.isatty():
        text = getpass.getpass("DSN (is not shown): ")
    else:
        text = sys.stdin.read()
    return checked(text.strip() if text else "", "what was given")


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
