"""Kinesis, DynamoDB, SQS and Lambda's side of them, in memory, as far as the activity functions use them."""

import base64
import copy
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

STREAM_ARN = "arn:aws:kinesis:eu-west-1:111122223333:stream/activity"
ARRIVED_AT_S = 1_735_732_800.25  # 2025-01-01T12:00:00.25Z
A_MINUTE_MS = 60_000
MAX_TRANSACTION_BYTES = 4_000_000

Fault = Callable[[], None]
"""Raises, or does nothing."""


def event(**fields: Any) -> dict[str, Any]:
    """A valid event, some fields changed."""
    good = {"user_id": "ada", "event_id": "e1", "type": "page_view", "occurred_at": "2025-01-01T10:00:00Z"}
    return good | fields


def client_error(code: str, **more: Any) -> ClientError:
    """What botocore raises when AWS refuses."""
    return ClientError({"Error": {"Code": code, "Message": "the user's own data"}, **more}, "Operation")


@dataclass
class Context:
    """Lambda's context; time does not pass unless told."""

    left_ms: int = A_MINUTE_MS

    def get_remaining_time_in_millis(self) -> int:
        """As Lambda's."""
        return self.left_ms


@dataclass
class FakeKinesis:
    """A stream.

    Attributes:
        taken: the records it has.
        refusals: per call, which positions it does not take; an exception stands for the whole call.
    """

    taken: list[dict[str, Any]] = field(default_factory=list)
    refusals: list[set[int] | Exception] = field(default_factory=list)
    calls: int = 0

    def put_records(self, *, StreamName: str, Records: Sequence[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        """As boto3's."""
        assert StreamName == "activity"
        self.calls += 1
        refused = self.refusals.pop(0) if self.refusals else set()
        if isinstance(refused, Exception):
            raise refused
        self.taken += [each for position, each in enumerate(Records) if position not in refused]
        outcomes = [
            {"ErrorCode": "ProvisionedThroughputExceededException"} if position in refused else {"SequenceNumber": "1"}
            for position, _ in enumerate(Records)
        ]
        return {"FailedRecordCount": len(refused), "Records": outcomes}


@dataclass
class FakeDynamoDB:
    """A table with transactions.

    Attributes:
        items: by partition and sort key.
        before: called before each transaction; what it raises happens instead of it.
        after: called after each transaction; what it raises happens although it was done.
        refusal: the reason for which an item, by its keys, is refused now; "None" if it is not.
        too_large: sort keys whose items DynamoDB refuses for ever.
        reads: items that queries have read.
    """

    items: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    before: Fault = lambda: None
    after: Fault = lambda: None
    too_large: set[str] = field(default_factory=set)
    refusal: Callable[[tuple[str, str]], str] = lambda _: "None"
    page_size: int = 1000
    transactions: int = 0
    reads: int = 0

    def transact_write_items(self, *, TransactItems: Sequence[dict[str, Any]]) -> None:  # noqa: N803
        """As boto3's, for conditional puts and ADD."""
        assert 0 < len(TransactItems) <= 100
        self.before()
        if len(json.dumps(TransactItems)) > MAX_TRANSACTION_BYTES:
            raise client_error("ValidationException")
        touched = [_key(action) for action in TransactItems]
        assert len(set(touched)) == len(touched), "DynamoDB refuses two actions on one item"
        reasons = [self._reason(action, key) for action, key in zip(TransactItems, touched, strict=True)]
        if any(reason != "None" for reason in reasons):
            codes = [{"Code": reason} for reason in reasons]
            raise client_error("TransactionCanceledException", CancellationReasons=codes)
        for action, key in zip(TransactItems, touched, strict=True):
            self._apply(action, key)
        self.transactions += 1
        self.after()

    def get_paginator(self, operation: str) -> "FakeDynamoDB":
        """As boto3's, for `query`."""
        assert operation == "query"
        return self

    def paginate(
        self,
        *,
        TableName: str,  # noqa: N803
        ExpressionAttributeValues: dict[str, dict[str, str]],  # noqa: N803
        ExpressionAttributeNames: dict[str, str],  # noqa: N803
        ProjectionExpression: str = "",  # noqa: N803
        **_expressions: Any,
    ) -> Iterator[dict[str, Any]]:
        """Items of a user between two sort keys, in their order."""
        assert TableName == "activity"
        shown = {ExpressionAttributeNames[name] for name in ProjectionExpression.split(", ") if name}
        user, first, last = (ExpressionAttributeValues[name]["S"] for name in (":user", ":first", ":last"))
        whole = [
            {"pk": {"S": pk}, "sk": {"S": sk}, **item}
            for (pk, sk), item in sorted(self.items.items())
            if pk == user and first <= sk <= last
        ]
        found = [{name: value for name, value in each.items() if not shown or name in shown} for each in whole]
        self.reads += len(found)
        for start in range(0, max(len(found), 1), self.page_size):
            yield {"Items": found[start : start + self.page_size]}

    def query(
        self,
        *,
        TableName: str,  # noqa: N803
        IndexName: str,  # noqa: N803
        ExpressionAttributeValues: dict[str, dict[str, str]],  # noqa: N803
        ScanIndexForward: bool,  # noqa: N803
        Limit: int,  # noqa: N803
        ExclusiveStartKey: dict[str, dict[str, str]] | None = None,  # noqa: N803
        **_expressions: Any,
    ) -> dict[str, Any]:
        """One page of the index `by_time`, backwards."""
        assert (TableName, IndexName, ScanIndexForward) == ("activity", "by_time", False)
        user, first, last = (ExpressionAttributeValues[name]["S"] for name in (":user", ":first", ":last"))
        found = sorted(
            (item["occurred_at"]["S"], sk)
            for (pk, sk), item in self.items.items()
            if pk == user and "occurred_at" in item and first <= item["occurred_at"]["S"] <= last
        )[::-1]
        if ExclusiveStartKey:
            start = ExclusiveStartKey["occurred_at"]["S"], ExclusiveStartKey["sk"]["S"]
            if ExclusiveStartKey["pk"]["S"] != user or not first <= start[0] <= last:
                raise client_error("ValidationException")
            found = [place for place in found if place < start]
        items = [{"pk": {"S": user}, "sk": {"S": sk}, **self.items[user, sk]} for _, sk in found[:Limit]]
        self.reads += len(items)
        if len(found) < Limit:
            return {"Items": items}
        end = items[-1]
        return {"Items": items, "LastEvaluatedKey": {name: end[name] for name in ("pk", "sk", "occurred_at")}}

    def _reason(self, action: dict[str, Any], key: tuple[str, str]) -> str:
        if key[1] in self.too_large:
            return "ValidationError"
        if "Put" in action and key in self.items:
            return "ConditionalCheckFailed"
        return self.refusal(key)

    def _apply(self, action: dict[str, Any], key: tuple[str, str]) -> None:
        if put := action.get("Put"):
            assert put["ConditionExpression"] == "attribute_not_exists(pk)"
            self.items[key] = copy.deepcopy(put["Item"])
            return
        update = action["Update"]
        item = self.items.setdefault(key, {})
        for part in update["UpdateExpression"].removeprefix("ADD ").split(", "):
            name, value = part.split()
            attribute = update["ExpressionAttributeNames"][name]
            before = int(item.get(attribute, {"N": "0"})["N"])
            item[attribute] = {"N": str(before + int(update["ExpressionAttributeValues"][value]["N"]))}

    def events(self) -> set[tuple[str, str]]:
        """User and event ids that are stored."""
        return {
            (pk.removeprefix("USER#"), sk.removeprefix("EVENT#")) for pk, sk in self.items if sk.startswith("EVENT#")
        }

    def counts(self) -> dict[tuple[str, str, str], int]:
        """Counters by user, day and type."""
        return {
            (pk.removeprefix("USER#"), sk.removeprefix("DAY#"), name.removeprefix("type:")): int(value["N"])
            for (pk, sk), item in self.items.items()
            if sk.startswith("DAY#")
            for name, value in item.items()
            if name.startswith("type:")
        }


def _key(action: dict[str, Any]) -> tuple[str, str]:
    key = action["Put"]["Item"] if "Put" in action else action["Update"]["Key"]
    return key["pk"]["S"], key["sk"]["S"]


@dataclass
class FakeSqs:
    """A queue.

    Attributes:
        messages: what was sent, parsed.
        before: called before each message; what it raises happens instead of it.
    """

    messages: list[dict[str, Any]] = field(default_factory=list)
    before: Fault = lambda: None

    def send_message(self, *, QueueUrl: str, MessageBody: str) -> None:  # noqa: N803
        """As boto3's."""
        assert QueueUrl == "https://queue"
        assert len(MessageBody.encode()) <= 256 * 1024
        self.before()
        self.messages.append(json.loads(MessageBody))

    def positions(self) -> set[str]:
        """Sequence numbers of the records whose quarantine was asked for."""
        return {message["position"]["sequence_number"] for message in self.messages}


def kinesis_record(data: bytes, sequence_number: int = 1, *, shard: int = 0) -> dict[str, Any]:
    """A record as the event source mapping delivers it."""
    return {
        "kinesis": {
            "partitionKey": "ada",
            "sequenceNumber": f"{sequence_number:056}",
            "data": base64.b64encode(data).decode(),
            "approximateArrivalTimestamp": ARRIVED_AT_S,
        },
        "eventID": f"shardId-{shard:012}:{sequence_number:056}",
        "eventSourceARN": STREAM_ARN,
    }


def proxy_request(body: str | None, *, content_type: str | None = "application/json", **more: Any) -> dict[str, Any]:
    """A `POST /activity` as API Gateway hands it over."""
    return {
        "headers": {} if content_type is None else {"Content-Type": content_type},
        "requestContext": {"requestId": "request-1"},
        "body": body,
        "isBase64Encoded": False,
        **more,
    }
