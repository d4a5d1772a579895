"""Kinesis, DynamoDB and SQS with the world's weather: every call may fail before, in part, or after it was done."""

import base64
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

from tests.pipeline.world import World
from tests.unit.activity.fakes import STREAM_ARN, FakeDynamoDB, client_error

MAX_RECORDS_PER_CALL = 500


class InvalidArgumentException(Exception):  # noqa: N818 - boto3's name
    """Kinesis' own."""


class ResourceNotFoundException(Exception):  # noqa: N818 - boto3's name
    """Kinesis' own."""


@dataclass
class Record:
    """A record on the stream."""

    shard: int
    number: int
    partition_key: str
    data: bytes
    arrived_at_s: float

    @property
    def sequence_number(self) -> str:
        """As Kinesis writes it."""
        return f"{self.number:056}"

    def delivered(self) -> dict[str, Any]:
        """As the event source mapping hands it to the function."""
        return {
            "kinesis": {
                "partitionKey": self.partition_key,
                "sequenceNumber": self.sequence_number,
                "data": base64.b64encode(self.data).decode(),
                "approximateArrivalTimestamp": self.arrived_at_s,
            },
            "eventID": f"shardId-{self.shard:012}:{self.sequence_number}",
            "eventSourceARN": STREAM_ARN,
        }


@dataclass
class Stream:
    """A stream with a fixed number of shards, and the client for it."""

    world: World
    shards: list[list[Record]]
    exceptions: Any = field(
        default_factory=lambda: type(
            "Exceptions",
            (),
            {
                "InvalidArgumentException": InvalidArgumentException,
                "ResourceNotFoundException": ResourceNotFoundException,
            },
        )
    )
    _next_number: int = 1

    def put_records(self, *, StreamName: str, Records: Sequence[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        """As boto3's."""
        assert StreamName == "activity"
        assert 0 < len(Records) <= MAX_RECORDS_PER_CALL
        self.world.before_call("kinesis")
        outcomes: list[dict[str, str]] = []
        for each in Records:
            if self.world.likely(self.world.weather.refused_in_part):
                self.world.note("kinesis: refused in part")
                outcomes.append({"ErrorCode": "ProvisionedThroughputExceededException"})
            else:
                outcomes.append({"SequenceNumber": self._append(each["PartitionKey"], each["Data"])})
        self.world.after_call("kinesis")
        return {"FailedRecordCount": sum("ErrorCode" in each for each in outcomes), "Records": outcomes}

    def _append(self, partition_key: str, data: bytes) -> str:
        index = zlib.crc32(partition_key.encode()) % len(self.shards)
        record = Record(index, self._next_number, partition_key, data, self.world.now_ms / 1000)
        self._next_number += 1
        self.shards[index].append(record)
        return record.sequence_number

    def get_shard_iterator(
        self,
        *,
        StreamName: str,  # noqa: N803
        ShardId: str,  # noqa: N803
        ShardIteratorType: str,  # noqa: N803
        StartingSequenceNumber: str,  # noqa: N803
    ) -> dict[str, str]:
        """As boto3's, for AT_SEQUENCE_NUMBER."""
        assert (StreamName, ShardIteratorType) == ("activity", "AT_SEQUENCE_NUMBER")
        return {"ShardIterator": f"{int(ShardId.removeprefix('shardId-'))}:{StartingSequenceNumber}"}

    def get_records(self, *, ShardIterator: str, Limit: int) -> dict[str, Any]:  # noqa: N803
        """As boto3's; a few records at a time, as Kinesis is free to do."""
        shard, number = ShardIterator.split(":")
        found = [each for each in self.shards[int(shard)] if each.number >= int(number)]
        some = found[: min(Limit, 7)]
        records = [
            {"SequenceNumber": each.sequence_number, "Data": each.data, "PartitionKey": each.partition_key}
            for each in some
        ]
        following = f"{shard}:{some[-1].number + 1}" if some else ShardIterator
        return {"Records": records, "NextShardIterator": following, "MillisBehindLatest": len(found) - len(some)}


@dataclass
class Table(FakeDynamoDB):
    """The table; transactions that touch the same item at the same time conflict."""

    world: World = field(kw_only=True)
    _busy: set[tuple[str, str]] = field(default_factory=set)

    def transact_write_items(self, *, TransactItems: Sequence[dict[str, Any]]) -> None:  # noqa: N803
        """As boto3's."""
        self.world.before_call("dynamodb")
        touched = [_keys(action) for action in TransactItems]
        if self._busy.intersection(touched):
            self.world.note("dynamodb: conflict")
            reasons = [{"Code": "TransactionConflict" if key in self._busy else "None"} for key in touched]
            raise client_error("TransactionCanceledException", CancellationReasons=reasons)
        self._busy.update(touched)
        try:
            self.world.pass_time(self.world.chance.uniform(1, 10))
            super().transact_write_items(TransactItems=TransactItems)
        finally:
            self._busy.difference_update(touched)
        self.world.after_call("dynamodb")

    def refuse(self, _key: tuple[str, str]) -> str:
        """DynamoDB throttles by partition, and says which items of a transaction are concerned."""
        if self.world.likely(self.world.weather.refused_in_part / 10):
            self.world.note("dynamodb: refused in part")
            return self.world.chance.choice(["ThrottlingError", "TransactionConflict"])
        return "None"


def _keys(action: dict[str, Any]) -> tuple[str, str]:
    key = action["Put"]["Item"] if "Put" in action else action["Update"]["Key"]
    return key["pk"]["S"], key["sk"]["S"]


@dataclass
class Queues:
    """SQS: messages by the URL of their queue."""

    world: World
    messages: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _next_id: int = 0

    def send_message(self, *, QueueUrl: str, MessageBody: str) -> None:  # noqa: N803
        """As boto3's."""
        self.world.before_call("sqs")
        self.add(QueueUrl, json.loads(MessageBody))
        self.world.after_call("sqs")

    def add(self, queue_url: str, body: dict[str, Any]) -> None:
        """Puts a message there, without weather: Lambda's own destination."""
        self._next_id += 1
        message = {
            "MessageId": str(self._next_id),
            "ReceiptHandle": str(self._next_id),
            "Body": json.dumps(body),
            "Attributes": {"SentTimestamp": str(int(self.world.now_ms))},
        }
        self.messages.setdefault(queue_url, []).append(message)

    def bodies(self, queue_url: str) -> list[dict[str, Any]]:
        """What a queue holds."""
        return [json.loads(each["Body"]) for each in self.messages.get(queue_url, [])]

    def get_queue_attributes(self, **_arguments: Any) -> dict[str, Any]:
        """As boto3's, for the service's clock."""
        return {"ResponseMetadata": {"HTTPHeaders": {"date": formatdate(self.world.now_ms / 1000 + 1, usegmt=True)}}}

    def receive_message(self, *, QueueUrl: str, **_arguments: Any) -> dict[str, Any]:  # noqa: N803
        """As boto3's; at most ten, and none that is out already."""
        waiting = [each for each in self.messages.get(QueueUrl, []) if not each.get("out")][:10]
        for each in waiting:
            each["out"] = True
        return {"Messages": waiting} if waiting else {}

    def delete_message(self, *, QueueUrl: str, ReceiptHandle: str) -> None:  # noqa: N803
        """As boto3's."""
        self.messages[QueueUrl] = [each for each in self.messages[QueueUrl] if each["ReceiptHandle"] != ReceiptHandle]

    def change_message_visibility(self, *, QueueUrl: str, ReceiptHandle: str, VisibilityTimeout: int) -> None:  # noqa: N803
        """As boto3's, for giving a message back."""
        assert VisibilityTimeout == 0
        for each in self.messages[QueueUrl]:
            if each["ReceiptHandle"] == ReceiptHandle:
                each.pop("out", None)
