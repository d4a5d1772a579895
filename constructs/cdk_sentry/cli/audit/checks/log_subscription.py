"""Does the forwarder read its log."""

from ..answer import Answer, Unread, error, ok, unknown
from ..check import Check
from ..partly import Partly
from ..subject import Subject


def _ask(subject: Subject) -> Answer | None:
    group = subject.function.log_group
    declared = subject.inventory.declared_subscriptions.get(group)
    if declared is None:
        return None
    if group not in subject.inventory.subscriptions:
        return error(f"{group} does not exist, so the forwarder reads nothing")
    found = subject.inventory.subscriptions[group]
    if isinstance(found, Unread):
        return unknown(found.reason)
    own = next((each for each in found if each["filterName"] == declared.filter_name), None)
    if own is None:
        return error(f"the forwarder's subscription {declared.filter_name} is gone from {group}")
    destination = own.get("destinationArn", "")
    wanted = declared.destination
    if not (wanted.may_be(destination) if isinstance(wanted, Partly) else wanted == destination):
        return error(f"the subscription {declared.filter_name} leads to {destination}, not to the stack's forwarder")
    return ok(f"read by the forwarder ({declared.filter_name})")


CHECK = Check(
    id="log-subscription",
    title="the forwarder reads its log",
    meaning="Whether the kit's forwarder is subscribed to the function's log group, where its stack declares that.",
    why="Timeouts, lack of memory and crashes leave no process that could report them: the forwarder does, from the "
    "log.",
    how="The groups are those that the stack's Custom::SentryLogSubscriptions names; their subscriptions are read, one "
    "call for each group. Where a stack declares none, nothing is asked.",
    remedy="Deploy the stack with faults=Faults.none(), then without: that subscribes every group anew. If the group "
    "has two subscriptions of others, it takes no third.",
    ask=_ask,
)
