"""Is its release that of its stack."""

from ..answer import Answer, ok, warning
from ..check import Check
from ..subject import Subject


def _ask(subject: Subject) -> Answer | None:
    release = subject.function.known_variables.get("SENTRY_RELEASE")
    if not release or not subject.is_watched or not subject.releases:
        return None
    usual, count = max(subject.releases.items(), key=lambda item: (item[1], item[0]))
    others = sum(subject.releases.values())
    if release != usual:
        return warning(f"release {release}, while {count} of {others} functions of its stack have {usual}", usual=usual)
    return ok(f"{count} of {others} functions of its stack have it", usual=usual)


CHECK = Check(
    id="same-release",
    title="its release is its stack's",
    meaning="Whether the function has the release that most functions of its stack, and of those nested in it, have.",
    why="One deployment is one release. Another one means that somebody set it by hand, or that an update of this "
    "function did not go through.",
    how="SENTRY_RELEASE of all functions of the stack is counted.",
    remedy="Deploy the stack again; if the release was edited by hand, `cdk deploy --revert-drift`.",
    ask=_ask,
)
