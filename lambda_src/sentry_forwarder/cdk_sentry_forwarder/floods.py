"""A function that fails at every call does not flood Sentry: so many of the same kind a minute, as in the layer."""

import time

from cdk_sentry_forwarder.fault_events import Fault

VARIABLE = "SENTRY_MAX_IDENTICAL_EVENTS_PER_MINUTE"
DEFAULT_LIMIT = 60
_MAX_KINDS = 1_000


class Floods:
    """Counts the faults of each function and kind in the running minute of this environment."""

    def __init__(self) -> None:
        self._minute = 0
        self._admitted: dict[tuple[str, str], set[str]] = {}
        self._held_back: dict[tuple[str, str], set[str]] = {}

    def admit(self, fault: Fault) -> int | None:
        """Counts `fault`; the same fault, told of again, counts once.

        Returns:
            None if it is one too many; else how many of its kind were held back since the last that was not.
        """
        minute = int(time.monotonic() // 60)
        if minute != self._minute or len(self._admitted) > _MAX_KINDS:
            self._minute, self._admitted = minute, {}
        kind, event_id = (fault.function.name or fault.log_group, fault.sighting.kind), fault.event_id
        admitted = self._admitted.setdefault(kind, set())
        limit = _limit(fault)
        if limit and event_id not in admitted and len(admitted) >= limit:
            self._held_back.setdefault(kind, set()).add(event_id)
            return None
        admitted.add(event_id)
        return len(self._held_back.pop(kind, ()))


def _limit(fault: Fault) -> int:
    text = fault.function.environment.get(VARIABLE, "")
    return int(text) if text.isdecimal() else DEFAULT_LIMIT
