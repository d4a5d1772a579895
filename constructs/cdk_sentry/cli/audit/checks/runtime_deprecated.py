"""Does AWS still support its runtime."""

import datetime as dt

from ....functions.runtimes import DEPRECATED_ON
from ..answer import Answer, ok, warning
from ..check import Check
from ..subject import Subject


def _ask(subject: Subject) -> Answer | None:
    runtime = subject.function.runtime
    if not runtime:
        return None
    since = DEPRECATED_ON.get(runtime)
    if since and since <= dt.datetime.now(dt.UTC).date():
        return warning(f"AWS has deprecated {runtime} on {since}", runtime=runtime, since=str(since))
    return ok(runtime)


CHECK = Check(
    id="runtime-deprecated",
    title="AWS supports its runtime",
    meaning="Whether AWS has deprecated the function's runtime.",
    why="A deprecated runtime gets no security updates, and after a while its functions can no longer be updated.",
    how="By the table that this version of the kit comes with, from AWS's documentation.",
    remedy="Move to a newer runtime.",
    ask=_ask,
)
