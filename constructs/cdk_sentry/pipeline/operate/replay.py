"""Puts on the stream again what was set aside.

The quarantine's messages carry the original bytes; the failures queue says which part of the stream was given up. Both
are put on the stream and only then deleted from their queue. Whatever is interrupted, or replayed twice, counts once.
"""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .deployed import Deployed, OperationError
from .queue import waiting
from .retry import until_taken

_RECORDS_PER_CALL = 500
_BYTES_PER_CALL = 4 * 1024 * 1024


@dataclass(slots=True)
class Replayed:
    """What a replay did.

    Attributes:
        messages: taken off the queue.
        records: put on the stream.
        gone: messages that stay, as the stream no longer has their records.
    """

    messages: int = 0
    records: int = 0
    gone: int = 0


def replay_quarantine(kinesis: Any, sqs: Any, deployed: Deployed) -> Replayed:
    """Replays every record of the quarantine, as after the validator, or what it refused, was put right.

    Args:
        kinesis: client of boto3.
        sqs: client of boto3.
        deployed: the pipeline.

    Raises:
        OperationError: Kinesis refuses again and again; what was not replayed is still in the queue.
    """
    done = Replayed()
    for message in waiting(sqs, deployed.quarantine_url):
        position, original = message.body["position"], base64.b64decode(message.body["original"])
        record = {"Data": original, "PartitionKey": position["partition_key"]}
        if len(original) < message.body["original_bytes"]:
            number = position["sequence_number"]
            whole = list(_read(kinesis, deployed.stream, position["shard_id"], number, number))
            if not whole:
                done.gone += 1
                continue
            (record,) = whole
        _put(kinesis, deployed.stream, [record])
        message.delete()
        done.messages += 1
        done.records += 1
    return done


def replay_failures(kinesis: Any, sqs: Any, deployed: Deployed) -> Replayed:
    """Replays the batches that Lambda gave up, as after an outage.

    Args:
        kinesis: client of boto3.
        sqs: client of boto3.
        deployed: the pipeline.

    Raises:
        OperationError: Kinesis refuses again and again; what was not replayed is still in the queue.
    """
    done = Replayed()
    for message in waiting(sqs, deployed.failures_url):
        batch = message.body["KinesisBatchInfo"]
        numbers = batch["startSequenceNumber"], batch["endSequenceNumber"]
        records = list(_read(kinesis, deployed.stream, batch["shardId"], *numbers))
        _put(kinesis, deployed.stream, records)
        done.records += len(records)
        if len(records) < int(batch["batchSize"]):
            done.gone += 1  # the message is all that still says so
            continue
        message.delete()
        done.messages += 1
    return done


def _read(kinesis: Any, stream: str, shard_id: str, first: str, last: str) -> Iterator[dict[str, Any]]:
    """The records from one sequence number to another, both included, as far as the stream still has them."""
    try:
        iterator = kinesis.get_shard_iterator(
            StreamName=stream,
            ShardId=shard_id,
            ShardIteratorType="AT_SEQUENCE_NUMBER",
            StartingSequenceNumber=first,
        )["ShardIterator"]
    except (kinesis.exceptions.InvalidArgumentException, kinesis.exceptions.ResourceNotFoundException):
        return  # older than the stream's retention, or the shard is gone with it
    while iterator:
        answer = kinesis.get_records(ShardIterator=iterator, Limit=1000)
        for record in answer["Records"]:
            if int(record["SequenceNumber"]) > int(last):
                return
            yield {"Data": record["Data"], "PartitionKey": record["PartitionKey"]}
            if record["SequenceNumber"] == last:
                return
        if not answer["Records"] and not answer["MillisBehindLatest"]:
            return
        iterator = answer.get("NextShardIterator")


def _put(kinesis: Any, stream: str, records: Sequence[dict[str, Any]]) -> None:
    def call(left: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        some = _first_call(left)
        outcomes = kinesis.put_records(StreamName=stream, Records=some)["Records"]
        refused = [each for each, outcome in zip(some, outcomes, strict=True) if "ErrorCode" in outcome]
        return refused + list(left[len(some) :])

    until_taken(f"records not put on {stream}", records, call)


def _first_call(records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    some: list[dict[str, Any]] = []
    size_bytes = 0
    for record in records[:_RECORDS_PER_CALL]:
        size_bytes += len(record["Data"])
        if some and size_bytes > _BYTES_PER_CALL:
            break
        some.append(record)
    return some


__all__ = ["OperationError", "Replayed", "replay_failures", "replay_quarantine"]
