"""Has it alarms, and those that its stack declares."""

from ..answer import Answer, Unread, error, ok, unknown, warning
from ..check import Check
from ..subject import Subject


def _ask(subject: Subject) -> Answer:
    alarms = subject.inventory.alarms
    if isinstance(alarms, Unread):
        return unknown(alarms.reason)
    name = subject.function.name
    gone = sorted(each for each in subject.inventory.declared_alarms.get(name, ()) if each not in alarms)
    there = sorted(each["AlarmName"] for each in subject.watching)
    if gone:
        return error(f"{_count(gone)} of its stack no longer there: {', '.join(gone)}", gone=gone, there=there)
    if not there and alarms.ask_for_tags and subject.tags is None:
        return unknown("some alarms watch the functions that have a tag; which tags it has is in no stack's template")
    if not there:
        return warning("no alarm watches it")
    return ok(f"{_count(there)} watching it", there=there)


def _count(names: list[str]) -> str:
    return f"{len(names)} alarm{'' if len(names) == 1 else 's'}"


CHECK = Check(
    id="alarms",
    title="alarms watch it",
    meaning="Whether at least one CloudWatch alarm watches the function, and all those that its stack declares are "
    "there.",
    why="Sentry hears of errors inside the function. Throttling, a stream that falls behind and a function that is not "
    "called any more are seen by alarms alone.",
    how="All alarms are read once. One watches the function if it has the dimension FunctionName with its name, also "
    "inside metric math; one on a query over all functions, or over those with a tag that its stack gives it, watches "
    "each. Those that the templates declare are looked "
    "up by name.",
    remedy="Without any: cover the function with SentryMonitoring(stack, 'Sentry'). One that was deleted by hand comes "
    "back with `cdk deploy --revert-drift` (CDK CLI 2.1110 or later): a plain deployment does not miss it.",
    ask=_ask,
)
