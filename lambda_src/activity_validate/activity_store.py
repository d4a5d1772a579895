"""Writes events and their counters: both or neither, once however often they are delivered."""

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from activity_common import keys
from activity_common.contract import Event
from activity_common.invalid import Invalid
from boto3.dynamodb.types import TypeSerializer
from botocore.exceptions import ClientError

ATTEMPTS: Final = 6
FIRST_BACKOFF_S: Final = 0.05
# What one more attempt may take, with the batch's answer still given in time.
RESERVE_MS: Final = 6000
# A transaction takes 100 actions: each event is one, and each of their days at most one more.
EVENTS_PER_TRANSACTION: Final = 50
_STORED_ALREADY: Final = "ConditionalCheckFailed"
_NEVER_STORABLE: Final = {"ValidationError", "ItemCollectionSizeLimitExceeded"}

_serialize = TypeSerializer().serialize


@dataclass(frozen=True, slots=True)
class Item:
    """An event in the form in which DynamoDB keeps it."""

    user_id: str
    type: str
    day: date
    attributes: dict[str, Any]

    @property
    def sort_key(self) -> str:
        """What makes it one of its kind within the user's partition."""
        return str(self.attributes[keys.SORT_KEY]["S"])


def item_of(event: Event, *, expires_at_s: int, request_id: str) -> Item:
    """Puts an event into DynamoDB's form.

    Args:
        event: checked.
        expires_at_s: seconds since 1970 after which it may go.
        request_id: which request brought it.

    Raises:
        Invalid: it holds something that DynamoDB cannot, such as a number beyond 9.99e125 or of 39 digits.
    """
    values = {
        keys.PARTITION_KEY: keys.user(event.user_id),
        keys.SORT_KEY: keys.event(event.event_id),
        "type": event.type,
        "occurred_at": event.occurred_at.isoformat(timespec="microseconds"),
        "properties": event.properties,
        "request_id": request_id,
        keys.EXPIRES_AT: expires_at_s,
    }
    try:
        attributes = {name: _serialize(value) for name, value in values.items()}
    except ArithmeticError:
        allowed = "numbers of at most 38 digits, between 1e-130 and 9.99e125 (DynamoDB)"
        raise Invalid("properties", event.properties, allowed) from None
    return Item(event.user_id, event.type, event.occurred_at.date(), attributes)


@dataclass(frozen=True, slots=True)
class Store:
    """The table.

    Attributes:
        client: DynamoDB, of boto3 (the low-level client).
        table: its name.
        sleep: waits so many seconds.
    """

    client: Any
    table: str
    sleep: Callable[[float], None] = field(default=time.sleep)

    def add(self, items: Sequence[Item], *, time_left_ms: Callable[[], int]) -> None:
        """Stores events of one user and counts those that were not there before.

        Event and counter change in one transaction whose condition is that the event is new. So it can be repeated
        after any crash, and concurrently, and counts once.

        Args:
            items: of one user, in any order, with or without duplicates.
            time_left_ms: milliseconds until the function is stopped.

        Raises:
            Invalid: DynamoDB will never take it; with one item this says which.
            ClientError: it did not work now.
        """
        first_of_each = list({item.sort_key: item for item in reversed(items)}.values())[::-1]
        for start in range(0, len(first_of_each), EVENTS_PER_TRANSACTION):
            self._add_transaction(first_of_each[start : start + EVENTS_PER_TRANSACTION], time_left_ms)

    def _add_transaction(self, new: list[Item], time_left_ms: Callable[[], int]) -> None:
        attempt = 0
        while new:
            try:
                self.client.transact_write_items(TransactItems=self._actions(new))
            except ClientError as error:
                still_new = _still_new(new, error)
                if len(still_new) == len(new):
                    attempt += 1
                    self._back_off(attempt, error, time_left_ms)
                new = still_new
            else:
                return

    def _back_off(self, attempt: int, error: ClientError, time_left_ms: Callable[[], int]) -> None:
        backoff_s = random.uniform(0, FIRST_BACKOFF_S * 2**attempt)  # noqa: S311 - jitter, not cryptography
        if attempt == ATTEMPTS or time_left_ms() - backoff_s * 1000 < RESERVE_MS:
            raise error
        self.sleep(backoff_s)

    def _actions(self, new: list[Item]) -> list[dict[str, Any]]:
        # The puts come first, in the order of `new`: the reasons of a cancelled transaction are in the same order.
        puts = [
            {
                "Put": {
                    "TableName": self.table,
                    "Item": item.attributes,
                    "ConditionExpression": "attribute_not_exists(#pk)",
                    "ExpressionAttributeNames": {"#pk": keys.PARTITION_KEY},
                }
            }
            for item in new
        ]
        by_day: dict[date, Counter[str]] = {}
        for item in new:
            by_day.setdefault(item.day, Counter())[item.type] += 1
        return puts + [{"Update": self._count(new[0].user_id, day, counts)} for day, counts in by_day.items()]

    def _count(self, user_id: str, day: date, counts: Counter[str]) -> dict[str, Any]:
        numbered = list(enumerate(sorted(counts.items())))
        return {
            "TableName": self.table,
            "Key": {keys.PARTITION_KEY: {"S": keys.user(user_id)}, keys.SORT_KEY: {"S": keys.day(day)}},
            "UpdateExpression": "ADD " + ", ".join(f"#t{n} :n{n}" for n, _ in numbered),
            "ExpressionAttributeNames": {f"#t{n}": keys.count(type_) for n, (type_, _) in numbered},
            "ExpressionAttributeValues": {f":n{n}": {"N": str(count)} for n, (_, count) in numbered},
        }


def _still_new(new: list[Item], error: ClientError) -> list[Item]:
    """What is left to store after a transaction that DynamoDB refused.

    All of `new` if the refusal passes: a conflict with another transaction, or throttling.

    Raises:
        Invalid: it does not pass.
        ClientError: whether it passes is not known here; botocore has repeated what is worth it.
    """
    code = error.response["Error"]["Code"]
    if code == "ValidationException":
        raise _never_storable(code) from None
    if code != "TransactionCanceledException":
        raise error
    reasons = [str(reason.get("Code")) for reason in error.response["CancellationReasons"]]
    if never := _NEVER_STORABLE.intersection(reasons):
        raise _never_storable(min(never)) from None
    # One reason per action, the puts first.
    stored = {position for position, reason in enumerate(reasons) if reason == _STORED_ALREADY}
    return [item for position, item in enumerate(new) if position not in stored]


def _never_storable(code: str) -> Invalid:
    # DynamoDB's own words may quote the data, so only their kind is kept.
    return Invalid("event", None, f"an item that DynamoDB takes, it answered {code}: at most 400 KB, 32 levels deep")
