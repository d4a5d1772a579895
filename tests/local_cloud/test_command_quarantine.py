"""`cdk-sentry quarantine` and `forget` on the parts that a pipeline leaves its messages and items in.

The stack here is those parts alone, without functions: what is set aside stays until the command moves it. The whole
sample, with functions that store what is replayed, is in tests/pipeline/test_volume.py.
"""

import base64
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from cdk_sentry.cli.stacks import Resource
from cdk_sentry.pipeline.operate.deployed import Deployed, find
from demo.local_aws import LocalAws
from demo.ministack import ministack
from demo.waiting import wait_until
from tests.harness.run import Run
from tests.local_cloud.command import run, run_here, subcommand
from tests.local_cloud.limited_user import limited_user

pytestmark = pytest.mark.xdist_group("local_cloud_quarantine")

STACK = "shop-activity"
SUBCOMMANDS = ("quarantine list", "quarantine replay", "forget")
# With AWS's own keys, as here, nobody asks for them.
WITHOUT_KEYS = {"kms:Decrypt", "kms:GenerateDataKey"}
QUEUE = {"Type": "AWS::SQS::Queue"}
KEY = [{"AttributeName": name, "KeyType": kind} for name, kind in (("pk", "HASH"), ("sk", "RANGE"))]
TABLE = {
    "KeySchema": KEY,
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
    "BillingMode": "PAY_PER_REQUEST",
}
TEMPLATE = {
    "Resources": {
        "ActivityStream": {"Type": "AWS::Kinesis::Stream", "Properties": {"ShardCount": 1}},
        "ActivityTable": {"Type": "AWS::DynamoDB::Table", "Properties": TABLE},
        "ActivityQuarantine": QUEUE,
        "ActivityFailures": QUEUE,
    }
}


@cache
def client(aws: LocalAws, service: str) -> Any:
    """Made once: each takes longer to make than to use."""
    return aws.client(service)


@dataclass(frozen=True)
class Pipeline:
    """The parts, and what is in them."""

    aws: LocalAws
    parts: Deployed

    def run(self, name: str, *words: str) -> Run:
        return run(self.aws.environment(), *line(name), *words)

    def fill(self) -> None:
        """Two poison records of ada, one of ben, a batch that the stream never had; items of both in the table."""
        sqs, table = client(self.aws, "sqs"), client(self.aws, "dynamodb")
        for user, number in (("ada", 1), ("ada", 2), ("ben", 3)):
            sqs.send_message(QueueUrl=self.parts.quarantine_url, MessageBody=json.dumps(poison(user, number)))
            table.put_item(
                TableName=self.parts.table, Item={"pk": {"S": f"USER#{user}"}, "sk": {"S": f"EVENT#{number}"}}
            )
        sqs.send_message(QueueUrl=self.parts.failures_url, MessageBody=json.dumps(GIVEN_UP))
        sent_s = time.time()
        # The command leaves alone what was sent after it had begun, by a clock that knows whole seconds.
        wait_until(lambda: int(time.time()) > sent_s, what="the next second", timeout_s=5)

    def empty(self) -> None:
        sqs, table = client(self.aws, "sqs"), client(self.aws, "dynamodb")
        for url in (self.parts.quarantine_url, self.parts.failures_url):
            sqs.purge_queue(QueueUrl=url)
        for item in table.scan(TableName=self.parts.table)["Items"]:
            table.delete_item(TableName=self.parts.table, Key={name: item[name] for name in ("pk", "sk")})

    def waiting(self, url: str) -> int:
        count = "ApproximateNumberOfMessages"
        return int(
            client(self.aws, "sqs").get_queue_attributes(QueueUrl=url, AttributeNames=[count])["Attributes"][count]
        )

    def users(self) -> list[str]:
        """Of the table's items, in order."""
        items = client(self.aws, "dynamodb").scan(TableName=self.parts.table)["Items"]
        return sorted(item["pk"]["S"].removeprefix("USER#") for item in items)

    def stream(self) -> list[bytes]:
        kinesis, name = client(self.aws, "kinesis"), self.parts.stream
        (shard,) = kinesis.list_shards(StreamName=name)["Shards"]
        iterator = kinesis.get_shard_iterator(
            StreamName=name, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        return [record["Data"] for record in kinesis.get_records(ShardIterator=iterator)["Records"]]


def line(name: str) -> tuple[str, ...]:
    user = ("--user", "ada") if name == "forget" else ()
    return (*name.split(), *user, "--stack", STACK)


def poison(user: str, number: int) -> dict[str, Any]:
    original = f"poison of {user}, {number}".encode()
    return {
        "reason": {"field": "type", "allowed": "one of view, click"},
        "original": base64.b64encode(original).decode(),
        "original_bytes": len(original),
        "position": {
            "shard_id": "shardId-000000000000",
            "sequence_number": f"{number:056}",
            "partition_key": user,
            "arrived_at_s": 1_790_000_000 + number,
        },
    }


GIVEN_UP = {
    "requestContext": {"condition": "RetryAttemptsExhausted"},
    "KinesisBatchInfo": {
        "shardId": "shardId-000000000000",
        "startSequenceNumber": "1",
        "endSequenceNumber": "9",
        "approximateArrivalOfFirstRecord": "2026-11-21T08:00:00Z",
        "batchSize": 9,
    },
}


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    with ministack(tmp_path_factory.mktemp("quarantine")) as running:
        cloudformation = running.aws.client("cloudformation")
        cloudformation.create_stack(StackName=STACK, TemplateBody=json.dumps(TEMPLATE))
        cloudformation.get_waiter("stack_create_complete").wait(StackName=STACK, WaiterConfig={"Delay": 1})
        listed = cloudformation.list_stack_resources(StackName=STACK)["StackResourceSummaries"]
        resources = [
            Resource(STACK, each["ResourceType"], each["LogicalResourceId"], each["PhysicalResourceId"], "")
            for each in listed
        ]
        yield Pipeline(running.aws, find(resources, STACK))


@pytest.fixture
def pipeline(deployed: Pipeline) -> Iterator[Pipeline]:
    deployed.fill()
    yield deployed
    deployed.empty()


def test_what_was_set_aside_is_shown_by_reason_and_stays(pipeline: Pipeline) -> None:
    first, again = pipeline.run("quarantine list"), pipeline.run("quarantine list", "--json")

    assert (first.code, again.code) == (1, 1)
    rows = [[cell.strip() for cell in line.split("│")[1:5]] for line in first.out.splitlines() if "│" in line]
    assert ["quarantine", "type: must be one of view, click", "3", "3"] in rows
    assert ["failures", "RetryAttemptsExhausted", "1", "9"] in rows
    assert "poison of" not in first.out
    assert [each["queue"] for each in again.document["messages"]] == ["quarantine"] * 3 + ["failures"]
    assert pipeline.waiting(pipeline.parts.quarantine_url) == 3


def test_one_queue_alone_can_be_asked_for(pipeline: Pipeline) -> None:
    found = pipeline.run("quarantine list", "--queue", "failures", "--json").document["messages"]
    assert [each["message"] for each in found] == [GIVEN_UP]


def test_nothing_set_aside_is_code_0(deployed: Pipeline) -> None:
    done = deployed.run("quarantine list")
    assert (done.code, done.out) == (0, "Nothing was set aside.\n")


def test_replay_moves_what_it_can_and_finds_what_it_cannot(pipeline: Pipeline) -> None:
    before = len(pipeline.stream())
    done = pipeline.run("quarantine replay", "--json")

    assert done.code == 1
    assert done.document["quarantine"] == {"messages": 3, "records": 3, "gone": 0}
    assert done.document["failures"] == {"messages": 0, "records": 0, "gone": 1}
    assert sorted(pipeline.stream()[before:]) == [b"poison of ada, 1", b"poison of ada, 2", b"poison of ben, 3"]
    assert pipeline.waiting(pipeline.parts.quarantine_url) == 0
    assert pipeline.waiting(pipeline.parts.failures_url) == 1


def test_a_user_is_forgotten_and_the_others_are_not(pipeline: Pipeline) -> None:
    done = pipeline.run("forget")
    assert (done.code, done.out) == (0, "Erased 2 items of the table and 2 messages of the quarantine.\n")
    assert pipeline.users() == ["ben"]
    assert pipeline.waiting(pipeline.parts.quarantine_url) == 1


def test_a_stack_without_a_pipeline_is_said_in_one_line(pipeline: Pipeline) -> None:
    done = pipeline.run("quarantine list", "--pipeline", "Other")
    assert (done.code, done.out) == (2, "")
    (said,) = done.err.splitlines()
    assert "must have one AWS::Kinesis::Stream called Other...Stream" in said


NEEDED = [
    (name, action)
    for name in SUBCOMMANDS
    for permission in subcommand(name).permissions
    for action in permission.actions
    if action not in WITHOUT_KEYS
]


@pytest.fixture
def short_polling(monkeypatch: pytest.MonkeyPatch) -> None:
    """The local cloud has one server: its answer is the same, a second earlier."""
    monkeypatch.setattr("cdk_sentry.pipeline.operate.queue._WAIT_S", 0)


@pytest.mark.usefixtures("short_polling")
@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_what_it_says_that_it_needs_is_enough(pipeline: Pipeline, name: str) -> None:
    words = ("--queue", "quarantine") if name == "quarantine replay" else ()
    with limited_user(pipeline.aws, name.replace(" ", "-"), subcommand(name).permissions) as environment:
        done = run_here(environment, *line(name), *words)
    assert (done.code, done.err) == (1 if name == "quarantine list" else 0, "")


@pytest.mark.usefixtures("short_polling")
@pytest.mark.parametrize(("name", "action"), NEEDED)
def test_each_of_it_is_needed_and_named_when_it_is_missing(pipeline: Pipeline, name: str, action: str) -> None:
    user = f"{name}-{action}".replace(" ", "-").replace(":", "-")
    with limited_user(pipeline.aws, user, subcommand(name).permissions, without=[action]) as environment:
        done = run_here(environment, *line(name))
    assert done.code == 2
    (said,) = done.err.splitlines()
    assert f"the IAM action {action} is missing" in said
