"""The validator: exactly once, whatever the deliveries; poison aside, whatever it is."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import activity_store
import activity_validate
import pytest
from activity_common import record
from activity_common.contract import CLOCK_SKEW

from tests.unit.activity.fakes import (
    ARRIVED_AT_S,
    STREAM_ARN,
    Context,
    FakeDynamoDB,
    FakeSqs,
    client_error,
    event,
    kinesis_record,
)

POISON = [
    b"not json",
    b"{}",
    record.encode(event(user_id=17), request_id="r"),
    record.encode(event(occurred_at="2999-01-01T00:00:00Z"), request_id="r"),
    record.encode(event(properties={"amount": 1e300}), request_id="r"),
    record.encode(event(properties={"deep": [{"serial": 10**39}]}), request_id="r"),
]


class Cloud:
    """The function with what is around it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.dynamodb = FakeDynamoDB()
        self.sqs = FakeSqs()
        self.context = Context()
        clients = {"dynamodb": self.dynamodb, "sqs": self.sqs}
        monkeypatch.setattr(activity_validate, "_client", clients.__getitem__)
        monkeypatch.setattr(activity_store, "FIRST_BACKOFF_S", 0)
        monkeypatch.setenv("TABLE_NAME", "activity")
        monkeypatch.setenv("QUARANTINE_URL", "https://queue")
        monkeypatch.setenv("EVENT_RETENTION_S", "1000")

    def deliver(self, *records: dict[str, Any]) -> list[int]:
        """One invocation; the sequence numbers that have to come again."""
        answer = activity_validate.handler({"Records": list(records)}, self.context)
        return [int(failure["itemIdentifier"]) for failure in answer["batchItemFailures"]]


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Cloud:
    return Cloud(monkeypatch)


def delivered(number: int, **fields: Any) -> dict[str, Any]:
    return kinesis_record(record.encode(event(**fields), request_id="request-1"), number)


def once() -> Callable[[Exception], Callable[[], None]]:
    """A fault that happens the first time only."""

    def fault(error: Exception) -> Callable[[], None]:
        errors = [error]

        def happen() -> None:
            if errors:
                raise errors.pop()

        return happen

    return fault


def test_an_event_is_stored_with_its_counter(cloud: Cloud) -> None:
    assert cloud.deliver(delivered(1, properties={"ratio": 0.1, "tags": ["a", None, True]})) == []
    assert cloud.dynamodb.items["USER#ada", "EVENT#e1"] == {
        "pk": {"S": "USER#ada"},
        "sk": {"S": "EVENT#e1"},
        "type": {"S": "page_view"},
        "occurred_at": {"S": "2025-01-01T10:00:00.000000+00:00"},
        "properties": {"M": {"ratio": {"N": "0.1"}, "tags": {"L": [{"S": "a"}, {"NULL": True}, {"BOOL": True}]}}},
        "request_id": {"S": "request-1"},
        "expires_at": {"N": str(int(ARRIVED_AT_S) + 1000)},
    }
    assert cloud.dynamodb.counts() == {("ada", "2025-01-01", "page_view"): 1}


def test_an_event_that_is_delivered_again_changes_nothing(cloud: Cloud) -> None:
    cloud.deliver(delivered(1))
    before = json.dumps([*cloud.dynamodb.items.values()])
    assert cloud.deliver(delivered(1), delivered(2)) == []
    assert json.dumps([*cloud.dynamodb.items.values()]) == before


def test_of_two_different_events_with_one_id_the_first_stays(cloud: Cloud) -> None:
    cloud.deliver(delivered(1, type="first"), delivered(2, type="second"))
    cloud.deliver(delivered(3, type="third"))
    assert cloud.dynamodb.counts() == {("ada", "2025-01-01", "first"): 1}


def test_events_of_one_user_share_transactions(cloud: Cloud) -> None:
    cloud.deliver(*(delivered(number, event_id=f"e{number}") for number in range(1, 121)))
    assert cloud.dynamodb.transactions == 2
    assert cloud.dynamodb.counts() == {("ada", "2025-01-01", "page_view"): 120}


def test_events_of_as_many_days_as_a_transaction_takes_are_counted(cloud: Cloud) -> None:
    days = [f"2024-{month:02}-{day:02}T12:00:00Z" for month in (1, 2) for day in range(1, 29)]
    cloud.deliver(*(delivered(n, event_id=f"e{n}", occurred_at=day) for n, day in enumerate(days, start=1)))
    assert len(cloud.dynamodb.counts()) == 56


def test_an_event_counts_on_its_day_in_utc(cloud: Cloud) -> None:
    cloud.deliver(delivered(1, occurred_at="2025-01-01T00:30:00+01:00"))
    assert cloud.dynamodb.counts() == {("ada", "2024-12-31", "page_view"): 1}


@pytest.mark.parametrize("data", POISON)
def test_poison_goes_to_quarantine_and_holds_up_nothing(
    cloud: Cloud, data: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    assert cloud.deliver(delivered(1, event_id="a"), kinesis_record(data, 2), delivered(3, event_id="b")) == []
    assert cloud.dynamodb.events() == {("ada", "a"), ("ada", "b")}
    (message,) = cloud.sqs.messages
    assert base64.b64decode(message["original"]) == data
    assert message["original_bytes"] == len(data)
    assert message["reason"]["field"]
    assert message["reason"]["allowed"]
    assert message["position"] == {
        "stream_arn": STREAM_ARN,
        "shard_id": "shardId-000000000000",
        "sequence_number": f"{2:056}",
        "partition_key": "ada",
        "arrived_at_s": ARRIVED_AT_S,
    }
    (said,) = [entry for entry in caplog.records if entry.levelname == "ERROR"]
    assert said.msg == "record quarantined: %s"  # one issue in Sentry, not one for each record


def test_what_dynamodb_never_takes_goes_to_quarantine_and_the_rest_is_stored(cloud: Cloud) -> None:
    cloud.dynamodb.too_large = {"EVENT#big"}
    records = [delivered(1, event_id="a"), delivered(2, event_id="big"), delivered(3, event_id="b")]
    assert cloud.deliver(*records) == []
    assert cloud.dynamodb.events() == {("ada", "a"), ("ada", "b")}
    assert cloud.sqs.positions() == {f"{2:056}"}
    assert cloud.dynamodb.counts() == {("ada", "2025-01-01", "page_view"): 2}


def test_a_request_that_dynamodb_calls_invalid_as_a_whole_is_poison(cloud: Cloud) -> None:
    def refuse() -> None:
        raise client_error("ValidationException")

    cloud.dynamodb.before = refuse
    assert cloud.deliver(delivered(1)) == []
    assert cloud.sqs.positions() == {f"{1:056}"}


def test_what_is_larger_than_the_queue_takes_is_cut_and_says_so(cloud: Cloud) -> None:
    data = b"x" * 1_000_000
    assert cloud.deliver(kinesis_record(data)) == []
    (message,) = cloud.sqs.messages
    assert message["original_bytes"] == len(data)
    assert data.startswith(base64.b64decode(message["original"]))


def test_poison_that_cannot_be_quarantined_comes_again(cloud: Cloud, caplog: pytest.LogCaptureFixture) -> None:
    def refuse() -> None:
        raise client_error("ServiceUnavailable")

    cloud.sqs.before = refuse
    records = [delivered(1, event_id="a"), kinesis_record(b"poison", 2), delivered(3, event_id="b")]
    assert cloud.deliver(*records) == [2]
    assert "record not quarantined" in caplog.text
    cloud.sqs.before = once()(client_error("ServiceUnavailable"))
    assert cloud.deliver(*records[1:]) == []
    assert cloud.sqs.positions() == {f"{2:056}"}


@pytest.mark.parametrize("reason", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"])
def test_a_refusal_that_passes_is_repeated(cloud: Cloud, reason: str) -> None:
    reasons = iter([reason])
    cloud.dynamodb.refusal = lambda _: next(reasons, "None")
    assert cloud.deliver(delivered(1)) == []
    assert cloud.dynamodb.events() == {("ada", "e1")}


@pytest.mark.parametrize("busy", [("USER#ada", "DAY#2025-01-01"), ("USER#ada", "EVENT#e1")])
def test_a_lasting_refusal_fails_only_the_records_concerned(cloud: Cloud, busy: tuple[str, str]) -> None:
    """Though all of them shared a transaction at first."""
    cloud.dynamodb.refusal = lambda key: "TransactionConflict" if key == busy else "None"
    later = cloud.deliver(
        delivered(1), delivered(2, user_id="ben"), delivered(3, event_id="e3", occurred_at="2024-12-31T00:00:00Z")
    )
    assert later == [1]
    assert cloud.dynamodb.events() == {("ben", "e1"), ("ada", "e3")}
    assert cloud.dynamodb.transactions == 1


def test_large_events_share_a_transaction_as_far_as_dynamodb_takes_it(cloud: Cloud) -> None:
    text = {"text": "x" * 64_000}
    assert cloud.deliver(*(delivered(n, event_id=f"e{n}", properties=text) for n in range(1, 91))) == []
    assert cloud.dynamodb.transactions == 3
    assert cloud.dynamodb.counts() == {("ada", "2025-01-01", "page_view"): 90}


def test_events_of_many_users_share_transactions(cloud: Cloud) -> None:
    cloud.deliver(*(delivered(number, user_id=f"u{number}") for number in range(1, 101)))
    assert cloud.dynamodb.transactions == 2
    assert len(cloud.dynamodb.counts()) == 100


def test_a_day_that_dynamodb_can_make_no_larger_takes_what_it_still_can(cloud: Cloud) -> None:
    cloud.dynamodb.too_large = {"DAY#2025-01-01"}
    assert cloud.deliver(delivered(1), delivered(2, event_id="e2"), delivered(3, user_id="ben")) == []
    assert cloud.sqs.positions() == {f"{number:056}" for number in (1, 2, 3)}
    cloud.dynamodb.too_large = set()
    assert cloud.deliver(delivered(4, occurred_at="2024-12-31T00:00:00Z")) == []
    assert cloud.dynamodb.events() == {("ada", "e1")}


def test_an_outage_fails_every_record_and_loses_none(cloud: Cloud) -> None:
    def refuse() -> None:
        raise client_error("InternalServerError")

    cloud.dynamodb.before = refuse
    records = [delivered(number, event_id=f"e{number}") for number in range(1, 4)]
    assert cloud.deliver(*records) == [1, 2, 3]
    cloud.dynamodb.before = lambda: None
    assert cloud.deliver(*records) == []
    assert len(cloud.dynamodb.events()) == 3


def test_what_ingest_let_through_at_the_edge_is_let_through_here(cloud: Cloud) -> None:
    """An acknowledged event is not refused because Kinesis' clock is behind that of ingest."""
    arrived_at = datetime.fromtimestamp(ARRIVED_AT_S, UTC)
    edge = arrived_at + timedelta(seconds=10) + CLOCK_SKEW
    assert cloud.deliver(delivered(1, occurred_at=edge.isoformat(timespec="seconds"))) == []
    assert len(cloud.dynamodb.events()) == 1


def test_records_for_which_no_time_is_left_come_again(cloud: Cloud) -> None:
    cloud.context.left_ms = activity_store.RESERVE_MS - 1
    assert cloud.deliver(delivered(1), delivered(2, user_id="ben")) == [1, 2]
    assert cloud.dynamodb.items == {}


def test_an_empty_batch_is_fine(cloud: Cloud) -> None:
    assert cloud.deliver() == []


def test_neither_log_nor_reason_holds_the_users_data(cloud: Cloud, caplog: pytest.LogCaptureFixture) -> None:
    secret = {"note": "secret-note", "amount": 1e300}
    cloud.deliver(delivered(1, user_id="secret-user", properties=secret))
    cloud.deliver(kinesis_record(b"secret-bytes", 2), delivered(3, user_id="secret user"))
    assert len(cloud.sqs.messages) == 3
    assert "secret" not in str([vars(entry) for entry in caplog.records])
    assert "secret" not in str([message["reason"] for message in cloud.sqs.messages])


def test_what_is_logged_carries_the_vocabulary_of_the_sentry_tags(
    cloud: Cloud, caplog: pytest.LogCaptureFixture
) -> None:
    """Lambda's JSON format writes each of them as a field."""
    cloud.deliver(kinesis_record(b"poison"))
    (said,) = caplog.records
    wanted = {"service", "function_name", "function_version", "memory_mb", "aws_region", "cold_start"}
    assert wanted <= vars(said).keys()


def test_what_became_of_records_is_counted_in_cloudwatch(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    cloud.deliver(delivered(1))
    cloud.dynamodb.refusal = lambda key: "ThrottlingError" if key[1] == "EVENT#e3" else "None"
    cloud.deliver(delivered(1), delivered(2, event_id="e2"), delivered(3, event_id="e3"), kinesis_record(b"poison", 4))
    metrics = json.loads(capsys.readouterr().out.splitlines()[-1])
    counted = {name: metrics[name] for name in ("EventsStored", "EventsKnown", "RecordsPoison", "RecordsFailed")}
    assert counted == {"EventsStored": [1.0], "EventsKnown": [1.0], "RecordsPoison": [1.0], "RecordsFailed": [1.0]}
