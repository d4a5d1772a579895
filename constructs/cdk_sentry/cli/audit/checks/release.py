"""Is there a release that Sentry takes."""

import re

from ..check import Check
from ..variable import ask_of

# docs.sentry.io/product/releases/naming-releases
_VALID = re.compile(r"(?!\.\Z|\.\.\Z|latest\Z|\s+\Z)[^\n\t/\\]{1,200}")

CHECK = Check(
    id="release",
    title="its release is said",
    meaning="Whether SENTRY_RELEASE is set, to something that Sentry takes.",
    why="With a release Sentry says which deployment brought an error, suspects the commit, and notices when a mended "
    "error comes back.",
    how="By the variable. Code that gives a release to the SDK wins over it and cannot be seen.",
    remedy="SentryMonitoring finds it in Git or in CI; or say it: release=Release.literal('shop@1.4.0'). Then deploy.",
    ask=ask_of(
        "SENTRY_RELEASE",
        valid=_VALID,
        missing="nobody can tell with which deployment an error began",
        limits="at most 200 characters, no newline, tab, `/` or `\\`",
    ),
)
