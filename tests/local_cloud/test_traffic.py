"""What becomes of the shipped events: each is stored as sent, refused with a reason, or quarantined as it was."""

import base64
import json
from collections import Counter
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer

from demo.traffic import Outcome, with_outcome
from tests.local_cloud.conftest import Cloud, Traffic

pytestmark = pytest.mark.xdist_group("local_cloud")

BAD_SHARE = 0.05


def test_the_shipped_file_holds_what_the_demo_promises(shipped_traffic: Traffic) -> None:
    outcomes = Counter(activity.expected for activity in shipped_traffic.activities)
    users = {activity.event["user_id"] for activity in with_outcome(shipped_traffic.activities, Outcome.ACCEPTED)}

    assert outcomes.total() >= 300
    assert outcomes[Outcome.REJECTED] + outcomes[Outcome.QUARANTINED] >= BAD_SHARE * outcomes.total()
    assert outcomes[Outcome.QUARANTINED] >= 1
    assert len(users) >= 10


def test_the_demos_own_comparisons_hold(shipped_traffic: Traffic) -> None:
    assert shipped_traffic.checks
    assert [check for check in shipped_traffic.checks if not check.passed] == []


def test_accepted_events_are_acknowledged_and_bad_ones_refused_with_the_reason(shipped_traffic: Traffic) -> None:
    for sent in shipped_traffic.sent:
        answer = json.loads(sent.answer)
        if sent.activity.expected is Outcome.REJECTED:
            assert sent.status == 400, sent
            assert answer["errors"][0].keys() >= {"field", "value", "allowed"}
        else:
            assert sent.status == 202, sent


def test_the_table_holds_exactly_the_accepted_events_as_they_were_sent(cloud: Cloud, shipped_traffic: Traffic) -> None:
    stored = {
        (item["pk"].removeprefix("USER#"), item["sk"].removeprefix("EVENT#")): item
        for item in _items(cloud)
        if item["sk"].startswith("EVENT#")
    }
    sent = {
        (event["user_id"], event["event_id"]): event
        for activity in with_outcome(shipped_traffic.activities, Outcome.ACCEPTED)
        for event in [json.loads(activity.body, parse_float=Decimal)]
    }

    assert stored.keys() == sent.keys()
    for key, event in sent.items():
        assert stored[key]["type"] == event["type"]
        assert stored[key]["properties"] == event.get("properties", {})
        assert datetime.fromisoformat(stored[key]["occurred_at"]) == datetime.fromisoformat(event["occurred_at"])


def test_a_record_that_is_delivered_again_counts_once(cloud: Cloud, shipped_traffic: Traffic) -> None:
    (first, *_) = with_outcome(shipped_traffic.activities, Outcome.ACCEPTED)
    user = first.event["user_id"]
    before = shipped_traffic.accounts.history(user)

    # Straight to the validator, as Kinesis delivers a record again: what it answers, it has done.
    record = _record({"event": first.event, "request_id": "again"})
    answer = _invoke(cloud, "Validate", {"Records": [record]})

    assert answer == {"batchItemFailures": []}
    assert shipped_traffic.accounts.history(user) == before


def test_the_quarantine_holds_each_impossible_record_with_its_bytes_and_the_reason(
    cloud: Cloud, shipped_traffic: Traffic
) -> None:
    messages = _peek(cloud, "Quarantine")
    expected = [activity.event for activity in with_outcome(shipped_traffic.activities, Outcome.QUARANTINED)]

    originals = [json.loads(base64.b64decode(message["original"]))["event"] for message in messages]

    assert sorted(originals, key=_event_id) == sorted(expected, key=_event_id)
    for message in messages:
        assert message["reason"]["field"]
        assert message["position"]["sequence_number"]


def test_nothing_was_given_up(cloud: Cloud, shipped_traffic: Traffic) -> None:
    assert shipped_traffic.sent
    assert _peek(cloud, "Failures") == []


def _items(cloud: Cloud) -> list[dict[str, Any]]:
    table = cloud.deployment.one("AWS::DynamoDB::Table").physical_id
    pages = cloud.client("dynamodb").get_paginator("scan").paginate(TableName=table)
    decode = TypeDeserializer().deserialize
    return [{name: decode(value) for name, value in item.items()} for page in pages for item in page["Items"]]


def _peek(cloud: Cloud, name: str) -> list[dict[str, Any]]:
    """All messages of a queue, left in it."""
    queue, sqs = cloud.deployment.one("AWS::SQS::Queue", name).physical_id, cloud.client("sqs")
    found: dict[str, dict[str, Any]] = {}
    handles: list[str] = []
    # Invisible for a minute, so that each answer brings others until none are left.
    while batch := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=60).get("Messages"):
        for message in batch:
            found[message["MessageId"]] = json.loads(message["Body"])
            handles.append(message["ReceiptHandle"])
    for handle in handles:
        sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=handle, VisibilityTimeout=0)
    return list(found.values())


def _record(envelope: dict[str, Any]) -> dict[str, Any]:
    return {
        "eventID": "shardId-000000000000:1",
        "eventSourceARN": "arn:aws:kinesis:eu-central-1:000000000000:stream/again",
        "kinesis": {
            "data": base64.b64encode(json.dumps(envelope).encode()).decode(),
            "partitionKey": "again",
            "sequenceNumber": "1",
            "approximateArrivalTimestamp": datetime.now().astimezone().timestamp(),
        },
    }


def _invoke(cloud: Cloud, function: str, event: dict[str, Any]) -> Any:
    response = cloud.client("lambda").invoke(
        FunctionName=cloud.function_name(function), Payload=json.dumps(event).encode()
    )
    assert "FunctionError" not in response
    return json.loads(response["Payload"].read())


def _event_id(event: dict[str, Any]) -> str:
    return str(event["event_id"])
