"""What checks of one environment variable have in common."""

import re
from collections.abc import Callable

from .answer import Answer, Unread, ok, unknown, warning
from .subject import Subject


def ask_of(name: str, *, valid: re.Pattern[str], missing: str, limits: str) -> Callable[[Subject], Answer | None]:
    """A check's question: is a variable set, and to something that Sentry takes?

    Args:
        name: the variable's.
        valid: what its whole value must match.
        missing: what follows from its absence.
        limits: says in words what is valid.
    """

    def ask(subject: Subject) -> Answer | None:
        if not subject.is_watched:
            return None
        variables = subject.variables
        if isinstance(variables, Unread):
            return unknown(variables.reason)
        value = variables.get(name)
        if not value:
            return warning(f"{name} is not set: {missing}")
        if not valid.fullmatch(value):
            return warning(f"Sentry drops {name} {value!r}: {limits}")
        return ok(value)

    return ask
