"""Is one of its alarms on."""

from ..answer import Answer, ok, warning
from ..check import Check
from ..subject import Subject


def _ask(subject: Subject) -> Answer | None:
    watching = subject.watching
    if not watching:
        return None
    on = {
        each["AlarmName"]: each.get("StateUpdatedTimestamp") for each in watching if each.get("StateValue") == "ALARM"
    }
    if on:
        said = ", ".join(f"{name} since {since:%Y-%m-%d %H:%M} UTC" if since else name for name, since in on.items())
        return warning(f"in ALARM: {said}", on={name: str(since) for name, since in on.items()})
    return ok("no alarm is on")


CHECK = Check(
    id="alarm-state",
    title="no alarm of it is on",
    meaning="Whether one of the function's alarms is in the state ALARM now.",
    why="It is the first thing to look at.",
    how="StateValue of each alarm. INSUFFICIENT_DATA is the state of every alarm on something that has not happened.",
    remedy="Read the alarm's description: it says what to do first. Then `cdk-sentry diagnose --stack STACK`.",
    ask=_ask,
)
