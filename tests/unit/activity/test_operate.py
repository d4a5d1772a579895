"""Replaying what was set aside, erasing a user: with AWS refusing in part."""

import base64
import random
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cdk_sentry.cli.stacks import Resource
from cdk_sentry.pipeline.operate import erase, look, replay
from cdk_sentry.pipeline.operate.deployed import Deployed, OperationError, find
from cdk_sentry.pipeline.operate.retry import until_taken
from tests.pipeline.aws import Queues, Stream
from tests.pipeline.scheduler import Scheduler
from tests.pipeline.world import CALM, World

DEPLOYED = Deployed("activity", "activity", "https://queue", "https://failures")


@pytest.fixture
def world() -> World:
    chance = random.Random(1)
    return World(chance, CALM, Scheduler(chance))


def resources(*names: str) -> list[Resource]:
    """Those of a pipeline whose logical ids begin so."""
    kinds = {
        "ActivityStream1": "AWS::Kinesis::Stream",
        "ActivityTable2": "AWS::DynamoDB::Table",
        "ActivityQuarantine3": "AWS::SQS::Queue",
        "ActivityFailures4": "AWS::SQS::Queue",
    }
    return [
        Resource("activity", kind, f"{name}{logical}", f"{name}{logical}", "CREATE_COMPLETE")
        for name in names
        for logical, kind in kinds.items()
    ]


def test_the_parts_of_a_pipeline_are_found_in_its_stack() -> None:
    found = find(resources(""), "activity")
    assert found == Deployed("ActivityStream1", "ActivityTable2", "ActivityQuarantine3", "ActivityFailures4")


def test_of_two_pipelines_the_one_that_is_meant_has_to_be_said() -> None:
    both = resources("", "Other")
    with pytest.raises(OperationError, match="--pipeline"):
        find(both, "activity")
    assert find(both, "activity", pipeline="Other").stream == "OtherActivityStream1"


def test_a_stack_without_a_pipeline_is_an_error_that_says_so() -> None:
    with pytest.raises(OperationError, match=r"one AWS::Kinesis::Stream called .*it has: none"):
        find([], "activity")


def poison(data: bytes, *, kept: int | None = None, number: int = 1) -> dict[str, Any]:
    position = {
        "shard_id": "shardId-000000000000",
        "sequence_number": f"{number:056}",
        "partition_key": "ada",
        "arrived_at_s": 1_790_000_000.5,
    }
    original = base64.b64encode(data[:kept]).decode()
    reason = {"field": "type", "allowed": "one of view, click"}
    return {"reason": reason, "original": original, "original_bytes": len(data), "position": position}


def test_looking_at_what_was_set_aside_says_why_and_leaves_it_there(world: World) -> None:
    queues = Queues(world)
    queues.add("https://queue", poison(b"what"))
    batch = {"batchSize": 7, "approximateArrivalOfFirstRecord": "2026-11-21T08:00:00.5Z"}
    queues.add(
        "https://failures",
        {"requestContext": {"condition": "RetryAttemptsExhausted"}, "KinesisBatchInfo": batch},
    )

    (record,) = look.in_quarantine(queues, DEPLOYED)
    (given_up,) = look.given_up(queues, DEPLOYED)

    assert (record.why, record.records) == ("type: must be one of view, click", 1)
    assert record.arrived.isoformat() == "2026-09-21T14:13:20.500000+00:00"
    assert (given_up.why, given_up.records) == ("RetryAttemptsExhausted", 7)
    assert given_up.arrived.isoformat() == "2026-11-21T08:00:00.500000+00:00"
    for url in ("https://queue", "https://failures"):
        (left,) = queues.messages[url]
        assert "out" not in left


def test_what_is_in_quarantine_is_put_on_the_stream_as_it_was(world: World) -> None:
    queues, stream = Queues(world), Stream(world, [[]])
    for number in range(25):
        queues.add("https://queue", poison(b"%d" % number))
    done = replay.replay_quarantine(stream, queues, DEPLOYED)
    assert (done.messages, done.records, done.gone) == (25, 25, 0)
    assert [each.data for each in stream.shards[0]] == [b"%d" % number for number in range(25)]
    assert queues.bodies("https://queue") == []


def test_an_original_that_was_cut_is_read_from_the_stream(world: World) -> None:
    queues, stream = Queues(world), Stream(world, [[]])
    stream.put_records(StreamName="activity", Records=[{"PartitionKey": "ada", "Data": b"long" * 9}])
    queues.add("https://queue", poison(b"long" * 9, kept=5))
    queues.add("https://queue", poison(b"gone" * 9, kept=5, number=99))
    done = replay.replay_quarantine(stream, queues, DEPLOYED)
    assert (done.messages, done.gone) == (1, 1)
    assert [each.data for each in stream.shards[0]] == [b"long" * 9] * 2
    assert len(queues.bodies("https://queue")) == 1


def test_what_comes_back_during_a_replay_is_left_for_the_next(world: World) -> None:
    """Poison that still is poison must not be replayed for ever."""
    queues, stream = Queues(world), Stream(world, [[]])
    queues.add("https://queue", poison(b"still poison"))
    world.now_ms += 5000
    put = stream.put_records

    def put_and_refuse_again(**arguments: Any) -> dict[str, Any]:
        answer = put(**arguments)
        world.now_ms += 5000
        queues.add("https://queue", poison(b"still poison"))
        return answer

    stream.put_records = put_and_refuse_again  # type: ignore[method-assign]
    assert replay.replay_quarantine(stream, queues, DEPLOYED).messages == 1
    (left,) = queues.messages["https://queue"]
    assert "out" not in left  # visible for whoever comes next


def test_a_batch_that_the_stream_has_no_longer_is_said_and_its_message_stays(world: World) -> None:
    queues, stream = Queues(world), Stream(world, [[]])
    info = {"shardId": "shardId-000000000000", "startSequenceNumber": "7", "endSequenceNumber": "9", "batchSize": 3}
    queues.add("https://failures", {"KinesisBatchInfo": info})
    done = replay.replay_failures(stream, queues, DEPLOYED)
    assert (done.messages, done.records, done.gone) == (0, 0, 1)
    assert len(queues.bodies("https://failures")) == 1


def test_a_batch_that_was_given_up_is_put_on_the_stream_whole_and_nothing_else(world: World) -> None:
    queues, stream = Queues(world), Stream(world, [[]])
    records = [{"PartitionKey": "ada", "Data": b"%d" % number} for number in range(1, 60)]
    stream.put_records(StreamName="activity", Records=records)
    first, last = (stream.shards[0][place].sequence_number for place in (4, 44))
    info = {"shardId": "shardId-000000000000", "startSequenceNumber": first, "endSequenceNumber": last, "batchSize": 41}
    queues.add("https://failures", {"KinesisBatchInfo": info})
    done = replay.replay_failures(stream, queues, DEPLOYED)
    assert (done.messages, done.records, done.gone) == (1, 41, 0)
    assert [each.data for each in stream.shards[0][59:]] == [b"%d" % number for number in range(5, 46)]


@dataclass
class Table:
    """A table of which `batch_write_item` does a part only."""

    keys: list[str]
    refused: list[int] = field(default_factory=list)

    def get_paginator(self, _operation: str) -> "Table":
        return self

    def paginate(self, *, ExpressionAttributeValues: dict[str, Any], **_rest: Any) -> list[dict[str, Any]]:  # noqa: N803
        assert ExpressionAttributeValues == {":user": {"S": "USER#ada"}}
        return [{"Items": [{"pk": {"S": "USER#ada"}, "sk": {"S": key}} for key in self.keys]}]

    def batch_write_item(self, *, RequestItems: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:  # noqa: N803
        (requests,) = RequestItems.values()
        assert 0 < len(requests) <= 25
        left = self.refused.pop(0) if self.refused else 0
        for each in requests[left:]:
            self.keys.remove(each["DeleteRequest"]["Key"]["sk"]["S"])
        return {"UnprocessedItems": {"activity": requests[:left]} if left else {}}


def test_erasing_repeats_what_dynamodb_did_not_process(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(until_taken, "__kwdefaults__", {"sleep": lambda _: None})
    table, queues = Table([f"EVENT#{number}" for number in range(60)], [25, 7, 0, 25, 1]), Queues(world)
    queues.add("https://queue", poison(b"hers"))
    queues.add("https://queue", {**poison(b"his"), "position": {"partition_key": "ben"}})
    erased = erase.erase_user(table, queues, DEPLOYED, "ada")
    assert (erased.items, erased.quarantined) == (60, 1)
    assert table.keys == []
    (left,) = queues.messages["https://queue"]
    assert "out" not in left


def test_a_lasting_refusal_is_said_and_not_repeated_for_ever() -> None:
    calls: list[int] = []
    with pytest.raises(OperationError, match="refuses 3 of 3 again and again"):
        until_taken("items", [1, 2, 3], lambda left: calls.append(1) or left, sleep=lambda _: None)  # type: ignore[func-returns-value]
    assert len(calls) == 10


def test_a_message_that_is_back_already_is_no_error(world: World) -> None:
    queues, stream = Queues(world), Stream(world, [[]])
    queues.add("https://queue", poison(b"gone", kept=1, number=99))

    def not_in_flight(**_arguments: Any) -> None:
        raise ClientError({"Error": {"Code": "MessageNotInflight"}}, "ChangeMessageVisibility")

    queues.change_message_visibility = not_in_flight  # type: ignore[method-assign]
    assert replay.replay_quarantine(stream, queues, DEPLOYED).gone == 1


def test_messages_that_may_not_be_given_back_are_an_error(world: World) -> None:
    """Otherwise they would be out of sight for five minutes, and nobody would know why."""
    queues = Queues(world)
    queues.add("https://queue", poison(b"what"))

    def denied(**_arguments: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "ChangeMessageVisibility")

    queues.change_message_visibility = denied  # type: ignore[method-assign]
    with pytest.raises(ClientError, match="AccessDenied"):
        list(look.in_quarantine(queues, DEPLOYED))
