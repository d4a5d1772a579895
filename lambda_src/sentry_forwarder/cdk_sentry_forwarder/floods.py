"""A function that fails at every call floods neither Sentry nor the API of CloudWatch Logs.

Of one kind so many events a minute are sent, as in the layer. But what is held back has been looked up in the log by
then, and CloudWatch Logs takes 25 such calls a second from all of an account; so where many came to nothing, the like
is held back unseen for the rest of the minute.

Quota: docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html, GetLogEvents.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from cdk_sentry_forwarder.deliveries import Delivery
from cdk_sentry_forwarder.fault_events import Fault
from cdk_sentry_forwarder.kinds import Kind

VARIABLE = "SENTRY_MAX_IDENTICAL_EVENTS_PER_MINUTE"
DEFAULT_LIMIT = 60
MAX_FRUITLESS = 60
"""So many deliveries of the same function and kinds are looked up in a minute although nothing came of them."""
MAX_COUNTED = 100_000
"""Of all functions and kinds, some 12 MB; more are held back without being counted."""
_MAX_KINDS = 1_000


@dataclass
class _Fruitless:
    """Deliveries of which nothing was sent.

    Attributes:
        count: how many.
        held_back: the kinds of fault in them that were; none where the layer had reported all.
    """

    count: int = 0
    held_back: set[Kind] = field(default_factory=set)


class Floods:
    """Counts the faults of each function and kind in the running minute of this environment.

    Args:
        clock: seconds that pass.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._minute = 0
        self._admitted: dict[tuple[str, Kind], set[str]] = {}
        self._fruitless: dict[tuple[str, frozenset[Kind]], _Fruitless] = {}
        self._held_back: dict[tuple[str, Kind], set[str]] = {}
        self._counted = 0

    def admitted(self, delivery: Delivery) -> Iterator[tuple[Fault, int]]:
        """The faults of a delivery that are to be sent.

        Args:
            delivery: its log is read only where something may come of it.

        Yields:
            Each, and how many of its kind were held back since the last that was not.
        """
        self._begin_minute()
        like_it = self._fruitless.setdefault((delivery.name, delivery.kinds), _Fruitless())
        if like_it.count >= MAX_FRUITLESS:
            for kind in like_it.held_back:
                self._hold_back((delivery.name, kind), delivery.identities)
            return
        is_fruitless = True
        for fault in delivery.faults():
            held_back = self._admit(delivery.name, fault)
            if held_back is None:
                like_it.held_back.add(fault.sighting.kind)
            else:
                is_fruitless = False
                yield fault, held_back
        like_it.count += is_fruitless

    def _begin_minute(self) -> None:
        minute = int(self._clock() // 60)
        if minute != self._minute or len(self._admitted) + len(self._fruitless) > _MAX_KINDS:
            self._minute, self._admitted, self._fruitless = minute, {}, {}

    def _admit(self, name: str, fault: Fault) -> int | None:
        """Counts `fault`, once however often it is told of; None if it is one too many."""
        limit, kind, identity = _limit(fault), (name, fault.sighting.kind), fault.identity
        if limit:
            admitted = self._admitted.setdefault(kind, set())
            if identity not in admitted and len(admitted) >= limit:
                self._hold_back(kind, {identity})
                return None
            admitted.add(identity)
        held_back = len(self._held_back.pop(kind, ()))
        self._counted -= held_back
        return held_back

    def _hold_back(self, kind: tuple[str, Kind], identities: set[str]) -> None:
        if self._counted < MAX_COUNTED:
            held_back = self._held_back.setdefault(kind, set())
            self._counted -= len(held_back)
            held_back |= identities
            self._counted += len(held_back)


def _limit(fault: Fault) -> int:
    text = fault.function.environment.get(VARIABLE, "")
    return int(text) if text.isdecimal() else DEFAULT_LIMIT
