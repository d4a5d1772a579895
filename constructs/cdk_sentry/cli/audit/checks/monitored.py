"""Is it monitored, and by whom."""

from ..answer import Answer, error, ok, unknown, warning
from ..check import Check
from ..instrumentation import By
from ..subject import Subject


def _ask(subject: Subject) -> Answer:
    found = subject.instrumentation
    if found.broken:
        say = warning if found.by is By.KIT_VARIABLES else error
        return say(found.broken, by=found.by)
    if found.unseen:
        if found.by is By.KIT_VARIABLES and subject.function.log_group in subject.inventory.declared_subscriptions:
            return ok("this kit's variables, and faults reported from outside", by=found.by)
        return unknown(f"cannot be seen from outside: {found.unseen}", by=found.by)
    if found.by is By.NOBODY:
        return warning(
            "not monitored, as far as can be seen: no layer of Sentry's or this kit's, no SENTRY_ variable", by=found.by
        )
    return ok(f"monitored by {found.by}", by=found.by)


CHECK = Check(
    id="monitored",
    title="somebody watches it",
    meaning="Whether errors of the function reach Sentry: by this kit's layer, by Sentry's public layer, by an SDK of "
    "its own, or not at all; and whether what is there can work.",
    why="An error that nobody hears of is found by customers. A handler that points into a layer which somebody has "
    "removed fails in every call.",
    how="By the function's configuration: handler, layers (the kit's say so in their description, Sentry's public ones "
    "are of account 943013980633), NODE_OPTIONS and SENTRY_ variables. Its code is not looked into: a function that "
    "initialises an SDK with a DSN written into its code looks like one that nobody watches.",
    remedy="Cover it with SentryMonitoring(stack, 'Sentry'). If it is broken, bring it back to what its stack "
    "says: `cdk deploy --revert-drift` (CDK CLI 2.1110 or later).",
    ask=_ask,
)
