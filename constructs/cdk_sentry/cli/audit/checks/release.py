"""Is there a release that Sentry takes."""

import re

from ..answer import Answer, Unread, ok, unknown, warning
from ..check import Check
from ..subject import Subject

# docs.sentry.io/product/releases/naming-releases
_VALID = re.compile(r"(?!\.\Z|\.\.\Z|latest\Z|\s+\Z)[^\n\t/\\]{1,200}")


def _ask(subject: Subject) -> Answer | None:
    if not subject.is_watched:
        return None
    variables = subject.variables
    if isinstance(variables, Unread):
        return unknown(variables.reason)
    release = variables.get("SENTRY_RELEASE")
    if not release:
        return warning("SENTRY_RELEASE is not set: nobody can tell with which deployment an error began")
    if not _VALID.fullmatch(release):
        return warning(f"Sentry drops the release {release!r}: at most 200 characters, no newline, tab, `/` or `\\`")
    return ok(release)


CHECK = Check(
    id="release",
    title="its release is said",
    meaning="Whether SENTRY_RELEASE is set, to something that Sentry takes.",
    why="With a release Sentry says which deployment brought an error, suspects the commit, and notices when a mended "
    "error comes back.",
    how="By the variable. Code that gives a release to the SDK wins over it and cannot be seen.",
    remedy="SentryMonitoring finds it in Git or in CI; or say it: release=Release.literal('shop@1.4.0'). Then deploy.",
    ask=_ask,
)
