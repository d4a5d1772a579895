"""Is its log kept for a limited time."""

from ..answer import Answer, Unread, ok, warning
from ..check import Check
from ..subject import Subject


def _ask(subject: Subject) -> Answer | None:
    groups, name = subject.inventory.log_groups, subject.function.log_group
    if isinstance(groups, Unread) or name not in groups:
        return None
    days = groups[name]
    if days is None:
        return warning(f"{name} never expires")
    return ok(f"{days} days", days=days)


CHECK = Check(
    id="log-retention",
    title="its log expires",
    meaning="Whether the function's log group has a retention.",
    why="A log that is kept for ever is paid for ever, and holds personal data longer than anybody promised.",
    how="retentionInDays of the log group.",
    remedy="aws logs put-retention-policy --log-group-name NAME --retention-in-days 30; better in the template.",
    ask=_ask,
)
