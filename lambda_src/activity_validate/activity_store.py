"""Writes events and their counters: both or neither, once however often they are delivered."""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from activity_common import keys
from activity_common.contract import Event
from activity_common.invalid import Invalid
from boto3.dynamodb.types import TypeSerializer
from botocore.exceptions import BotoCoreError, ClientError

ATTEMPTS: Final = 6
FIRST_BACKOFF_S: Final = 0.05
# What one more call may take (1 s to connect, 5 s to answer), with the batch's answer still given in time.
RESERVE_MS: Final = 8000
MAX_ACTIONS: Final = 100
"""Of one transaction: each event is one action, and so is each user's day."""
MAX_BYTES: Final = 2 * 1024 * 1024
"""Of one transaction's events as they were sent; DynamoDB takes 4 MB of them as it counts, which is not far from it."""

_serialize = TypeSerializer().serialize


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """An event in the form in which DynamoDB keeps it. Each is itself alone, also if another has the same content.

    Attributes:
        size_bytes: of the record that brought it.
    """

    user_id: str
    type: str
    day: date
    attributes: dict[str, Any]
    size_bytes: int

    @property
    def key(self) -> tuple[str, str]:
        """What makes the event one of its kind."""
        return self.user_id, self.attributes[keys.SORT_KEY]["S"]

    @property
    def counter(self) -> tuple[str, date]:
        """Whose counters of which day it changes."""
        return self.user_id, self.day


def item_of(event: Event, *, expires_at_s: int, request_id: str, size_bytes: int) -> Item:
    """Puts an event into DynamoDB's form.

    Args:
        event: checked.
        expires_at_s: seconds since 1970 after which it may go.
        request_id: which request brought it.
        size_bytes: of the record that brought it.

    Raises:
        Invalid: it holds something that DynamoDB cannot, such as a number beyond 9.99e125 or of 39 digits.
    """
    try:
        properties = _serialize(event.properties)
    except ArithmeticError:
        allowed = "numbers of at most 38 digits, between 1e-130 and 9.99e125 (DynamoDB)"
        raise Invalid("properties", event.properties, allowed) from None
    attributes = {
        keys.PARTITION_KEY: {"S": keys.user(event.user_id)},
        keys.SORT_KEY: {"S": keys.event(event.event_id)},
        "type": {"S": event.type},
        keys.OCCURRED_AT: {"S": event.occurred_at.isoformat(timespec="microseconds")},
        "properties": properties,
        "request_id": {"S": request_id},
        keys.EXPIRES_AT: {"N": str(expires_at_s)},
    }
    return Item(event.user_id, event.type, event.occurred_at.date(), attributes, size_bytes)


@dataclass(slots=True)
class Outcome:
    """What became of items.

    Attributes:
        stored: how many are stored and counted now.
        known: how many were there already.
        later: those that could not be stored now.
        never: those that DynamoDB will never take, and why.
        errors: what DynamoDB or the way to it answered, as codes.
    """

    stored: int = 0
    known: int = 0
    later: list[Item] = field(default_factory=list)
    never: dict[Item, Invalid] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Store:
    """The table.

    Attributes:
        client: DynamoDB, of boto3 (the low-level client).
        table: its name.
        time_left_ms: milliseconds until the function is stopped.
        sleep: waits so many seconds.
    """

    client: Any
    table: str
    time_left_ms: Callable[[], int]
    sleep: Callable[[float], None] = field(default=time.sleep)

    def add(self, items: Sequence[Item]) -> Outcome:
        """Stores events and counts those that were not there before.

        Event and counter change in one transaction whose condition is that the event is new. So it can be repeated
        after any crash, and concurrently, and counts once. Items of many users share a transaction; when DynamoDB
        refuses it, it says of which items, and the others go on without them.

        Args:
            items: in any order, with or without duplicates.
        """
        outcome = Outcome()
        waiting = list(items)
        for attempt in range(ATTEMPTS):
            # What failed together comes again apart, so that one busy user does not hold up the others.
            groups = _packs(waiting) if attempt == 0 else _packs_by_user(waiting)
            waiting = [item for group in groups for item in self._write(group, outcome)]
            backoff_s = random.uniform(0, FIRST_BACKOFF_S * 2**attempt)  # noqa: S311 - jitter, not cryptography
            if not waiting or attempt == ATTEMPTS - 1 or self.time_left_ms() - backoff_s * 1000 < RESERVE_MS:
                break
            self.sleep(backoff_s)
        outcome.later = waiting
        return outcome

    def _write(self, pack: list[Item], outcome: Outcome) -> list[Item]:
        """Writes one pack; returns what could not be written now."""
        refused: list[Item] = []
        while pack:
            if self.time_left_ms() < RESERVE_MS:
                return refused + pack
            try:
                self.client.transact_write_items(TransactItems=self._actions(pack))
            except (ClientError, BotoCoreError) as error:
                outcome.errors[_code(error)] += 1
                reasons = _reasons(pack, error)
            else:
                outcome.stored += len(pack)
                return refused
            outcome.known += sum(reason == _KNOWN for reason in reasons.values())
            refused += [item for item, reason in reasons.items() if reason == _NOT_NOW]
            impossible = [item for item, reason in reasons.items() if reason == _NEVER]
            if len(pack) == 1 and impossible:
                outcome.never[pack[0]] = _never_storable()
            else:
                # Which of them it is, only each alone can say.
                refused += [left for item in impossible for left in self._write([item], outcome)]
            pack = [item for item in pack if item not in reasons]
        return refused

    def _actions(self, pack: list[Item]) -> list[dict[str, Any]]:
        # The puts come first, in the order of the pack: a refusal has its reasons in the same order.
        puts = [
            {
                "Put": {
                    "TableName": self.table,
                    "Item": item.attributes,
                    "ConditionExpression": "attribute_not_exists(pk)",
                }
            }
            for item in pack
        ]
        return puts + [{"Update": self._count(*counter, counts)} for counter, counts in _counts(pack).items()]

    def _count(self, user_id: str, day: date, counts: Counter[str]) -> dict[str, Any]:
        numbered = list(enumerate(sorted(counts.items())))
        return {
            "TableName": self.table,
            "Key": {keys.PARTITION_KEY: {"S": keys.user(user_id)}, keys.SORT_KEY: {"S": keys.day(day)}},
            "UpdateExpression": "ADD " + ", ".join(f"#t{n} :n{n}" for n, _ in numbered),
            "ExpressionAttributeNames": {f"#t{n}": keys.count(type_) for n, (type_, _) in numbered},
            "ExpressionAttributeValues": {f":n{n}": {"N": str(count)} for n, (_, count) in numbered},
        }


_KNOWN: Final = "ConditionalCheckFailed"
_NOT_NOW: Final = "not now"
_NEVER: Final = "never"


def _packs(items: Sequence[Item]) -> Iterator[list[Item]]:
    """Cuts items into what fits one transaction; of two with one key the second is in a later one."""
    by_user: dict[str, list[Item]] = {}
    for item in items:
        by_user.setdefault(item.user_id, []).append(item)
    pack: list[Item] = []
    touched: set[tuple[str, Any]] = set()
    size_bytes = 0
    for item in (each for of_user in by_user.values() for each in of_user):
        too_many = len(touched | {item.key, item.counter}) > MAX_ACTIONS
        if pack and (item.key in touched or too_many or size_bytes + item.size_bytes > MAX_BYTES):
            yield pack
            pack, touched, size_bytes = [], set(), 0
        pack.append(item)
        touched |= {item.key, item.counter}
        size_bytes += item.size_bytes
    if pack:
        yield pack


def _packs_by_user(items: Sequence[Item]) -> Iterator[list[Item]]:
    for user_id in dict.fromkeys(item.user_id for item in items):
        yield from _packs([item for item in items if item.user_id == user_id])


def _counts(pack: Sequence[Item]) -> dict[tuple[str, date], Counter[str]]:
    counts: dict[tuple[str, date], Counter[str]] = {}
    for item in pack:
        counts.setdefault(item.counter, Counter())[item.type] += 1
    return counts


def _reasons(pack: list[Item], error: ClientError | BotoCoreError) -> dict[Item, str]:
    """Why each item was refused that had a part in the refusal of its transaction; never empty."""
    if not isinstance(error, ClientError) or "CancellationReasons" not in error.response:
        return dict.fromkeys(pack, _NEVER if _code(error) == "ValidationException" else _NOT_NOW)
    codes = [str(reason.get("Code")) for reason in error.response["CancellationReasons"]]
    of_counters = dict(zip(_counts(pack), codes[len(pack) :], strict=False))
    found = {}
    for item, of_event in zip(pack, codes, strict=False):
        both = (of_event, of_counters.get(item.counter, "None"))
        if "ValidationError" in both:
            found[item] = _NEVER
        elif of_event == _KNOWN:
            found[item] = _KNOWN
        elif both != ("None", "None"):  # a conflict, throttling, or what is not known here: it may pass
            found[item] = _NOT_NOW
    return found or dict.fromkeys(pack, _NOT_NOW)


def _code(error: ClientError | BotoCoreError) -> str:
    return str(error.response["Error"]["Code"]) if isinstance(error, ClientError) else type(error).__name__


def _never_storable() -> Invalid:
    # DynamoDB's own words may quote the data, so they are not kept.
    return Invalid("event", None, "an item that DynamoDB takes: at most 400 KB with its names, 32 levels deep")
