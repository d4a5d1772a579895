"""Do its alarms tell somebody."""

from ..answer import Answer, Unread, error, ok, warning
from ..check import Check
from ..subject import Subject


def _ask(subject: Subject) -> Answer | None:
    alarms, watching = subject.inventory.alarms, subject.watching
    if isinstance(alarms, Unread) or not watching:
        return None
    disabled = sorted(each["AlarmName"] for each in watching if not each.get("ActionsEnabled", True))
    silent = sorted(each["AlarmName"] for each in watching if not alarms.tells_somebody(each))
    if disabled:
        return error(f"actions disabled: {', '.join(disabled)}", disabled=disabled, silent=silent)
    if silent:
        return warning(f"without an action: {', '.join(silent)}", silent=silent)
    return ok("every alarm has an action")


CHECK = Check(
    id="alarm-actions",
    title="its alarms tell somebody",
    meaning="Whether the actions of the function's alarms are enabled, and each has one for the state ALARM.",
    why="An alarm that was silenced for an evening and forgotten looks the same on the dashboard.",
    how="ActionsEnabled and AlarmActions of each alarm. One without an action counts as telling somebody if a "
    "composite alarm with an action names it. Whether anybody has subscribed to a topic is not asked.",
    remedy="aws cloudwatch enable-alarm-actions --alarm-names NAME; or notify=[Notify.email(...)] and deploy.",
    ask=_ask,
)
