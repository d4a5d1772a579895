"""The function's entry point.

What cannot be delivered is raised when everything else is through: Lambda calls again with the same event, twice,
and then keeps it in the dead-letter queue. Event ids make the repetition harmless.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from cdk_sentry_forwarder import alarm_events
from cdk_sentry_forwarder.deliveries import Delivery, MalformedDeliveryError
from cdk_sentry_forwarder.dsn import DsnError, dsn_of
from cdk_sentry_forwarder.floods import Floods
from cdk_sentry_forwarder.sentry import Delivery as SentryDelivery
from cdk_sentry_forwarder.sentry import DeliveryError

_sentry = SentryDelivery()
_floods = Floods()


class ForwardingError(Exception):
    """Events did not reach Sentry; the message lists why."""


def handler(event: Mapping[str, Any], _context: Any) -> dict[str, int]:
    """Sends what `event` tells of to Sentry.

    Args:
        event: of a subscription of CloudWatch Logs, or of an EventBridge rule for alarms.

    Returns:
        How many events were sent.

    Raises:
        MalformedDeliveryError: it is neither.
        ForwardingError: Sentry has not got all of it.
    """
    sent, problems = 0, []
    for sentry_event, environment in _events(event):
        try:
            _sentry.send(sentry_event, dsn_of(environment))
            sent += 1
        except (DeliveryError, DsnError) as problem:
            problems.append(f"{sentry_event['event_id']}: {problem}")
    if problems:
        raise ForwardingError("; ".join(problems))
    return {"sent": sent}


def _events(event: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], Mapping[str, str]]]:
    if not isinstance(event, Mapping):
        raise MalformedDeliveryError(f"neither log lines nor an alarm: {event!r:.200}")
    if "awslogs" in event:
        delivery = Delivery.decoded(event)
        for fault, held_back in _floods.admitted(delivery) if delivery else ():
            sentry_event = fault.event()
            if held_back:
                sentry_event["tags"]["held_back"] = str(held_back)
            yield sentry_event, fault.function.environment
        return
    if event.get("detail-type") == alarm_events.DETAIL_TYPE:
        alarm_event = alarm_events.event_of_alarm(event)
        if alarm_event is not None:
            yield alarm_event, {}
        return
    raise MalformedDeliveryError(f"neither log lines nor an alarm: {sorted(map(str, event))}")
