"""The table's layout: one partition a user, in it one item per event and one per day that has events.

| pk             | sk                 | attributes                                                        |
| -------------- | ------------------ | ----------------------------------------------------------------- |
| `USER#ada`     | `EVENT#4f1c`       | type, occurred_at, properties, request_id, expires_at             |
| `USER#ada`     | `DAY#2025-01-31`   | `type:page_view` = 17, `type:purchase` = 1                        |

The index `by_time` has the events alone (days have no `occurred_at`), those of a user in the order of time.
"""

from datetime import date
from typing import Final

PARTITION_KEY: Final = "pk"
SORT_KEY: Final = "sk"
BY_TIME: Final = "by_time"
OCCURRED_AT: Final = "occurred_at"
EXPIRES_AT: Final = "expires_at"
"""Seconds since 1970 after which DynamoDB removes an event. Days have none: the history outlives its events."""

_COUNT = "type:"


def user(user_id: str) -> str:
    """Partition key of all that is kept of a user."""
    return f"USER#{user_id}"


def event(event_id: str) -> str:
    """Sort key of an event."""
    return f"EVENT#{event_id}"


def event_id_of(sort_key: str) -> str:
    """The id of the event that has this sort key."""
    return sort_key.removeprefix("EVENT#")


def day(when: date) -> str:
    """Sort key of the counters of a day (UTC)."""
    return f"DAY#{when.isoformat()}"


def day_of(sort_key: str) -> date:
    """The day whose counters have this sort key."""
    return date.fromisoformat(sort_key.removeprefix("DAY#"))


def count(event_type: str) -> str:
    """Attribute, in the item of a day, that counts the events of a type."""
    return _COUNT + event_type


def counted_type(attribute: str) -> str | None:
    """The type that an attribute counts, None if it counts none."""
    return attribute.removeprefix(_COUNT) if attribute.startswith(_COUNT) else None
