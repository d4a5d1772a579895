"""Is its log group there."""

from ..answer import Answer, Unread, error, ok, unknown, warning
from ..check import Check
from ..subject import Subject


def _ask(subject: Subject) -> Answer:
    groups, name = subject.inventory.log_groups, subject.function.log_group
    if isinstance(groups, Unread):
        return unknown(groups.reason)
    if name in groups:
        return ok(name)
    if name == f"/aws/lambda/{subject.function.name}":
        return warning(f"{name} does not exist: not called yet, or deleted; Lambda makes it anew, kept for ever")
    return error(f"{name}, which its configuration names, does not exist: its log is lost")


CHECK = Check(
    id="log-group",
    title="its log group is there",
    meaning="Whether the log group that the function writes to exists.",
    why="Without it there is no log to look into, and nothing from which faults could be reported. Lambda makes only "
    "the group named after the function by itself, without a limit to what it keeps.",
    how="The group that the function's configuration names, else the one named after it, is looked up in the list of "
    "all groups.",
    remedy="Declare it in the template with a retention: CDK does so with log_group=logs.LogGroup(...).",
    ask=_ask,
)
