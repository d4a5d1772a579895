"""Is there an environment that Sentry takes."""

import re

from ..answer import Answer, Unread, ok, unknown, warning
from ..check import Check
from ..subject import Subject

# docs.sentry.io/product/sentry-basics/environments: at most 64 characters, no newline, space or slash, not "None".
_VALID = re.compile(r"(?!None\Z)[^\s/]{1,64}")


def _ask(subject: Subject) -> Answer | None:
    if not subject.is_watched:
        return None
    variables = subject.variables
    if isinstance(variables, Unread):
        return unknown(variables.reason)
    environment = variables.get("SENTRY_ENVIRONMENT")
    if not environment:
        return warning("SENTRY_ENVIRONMENT is not set: its events count as those of `production`")
    if not _VALID.fullmatch(environment):
        return warning(f"Sentry drops the environment {environment!r}: at most 64 characters, no white space, no `/`")
    return ok(environment)


CHECK = Check(
    id="environment",
    title="its environment is said",
    meaning="Whether SENTRY_ENVIRONMENT is set, to something that Sentry takes.",
    why="Without it the SDK says `production`, and the errors of a test stage are alerts in the night.",
    how="By the variable. Code that gives an environment to the SDK wins over it and cannot be seen.",
    remedy="SentryMonitoring(stack, 'Sentry', environment='staging'), then deploy.",
    ask=_ask,
)
