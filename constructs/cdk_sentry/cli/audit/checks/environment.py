"""Is there an environment that Sentry takes."""

import re

from ..check import Check
from ..variable import ask_of

# docs.sentry.io/product/sentry-basics/environments: at most 64 characters, no newline, space or slash, not "None".
_VALID = re.compile(r"(?!None\Z)[^\s/]{1,64}")

CHECK = Check(
    id="environment",
    title="its environment is said",
    meaning="Whether SENTRY_ENVIRONMENT is set, to something that Sentry takes.",
    why="Without it the SDK says `production`, and the errors of a test stage are alerts in the night.",
    how="By the variable. Code that gives an environment to the SDK wins over it and cannot be seen.",
    remedy="SentryMonitoring(stack, 'Sentry', environment='staging'), then deploy.",
    ask=ask_of(
        "SENTRY_ENVIRONMENT",
        valid=_VALID,
        missing="its events count as those of `production`",
        limits="at most 64 characters, no white space, no `/`",
    ),
)
