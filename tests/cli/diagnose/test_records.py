"""Clocks that are wrong and schemas that have changed, told from records that are merely late or various."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cdk_sentry.cli.diagnose.records import Record, change_of_shape, read_records, record_of, skew_of

ARRIVED = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def record(second: int, fields: Iterable[str] = (), *, offset: timedelta = timedelta(0)) -> Record:
    """One that arrived so many seconds later and says to be from `offset` before or after."""
    at = ARRIVED + timedelta(seconds=second)
    content = {"event": {"at": (at + offset).isoformat()} | dict.fromkeys(fields, "x")}
    return record_of({"Data": json.dumps(content).encode(), "PartitionKey": "ada", "ApproximateArrivalTimestamp": at})


def test_a_clock_that_is_ahead_is_seen_in_few_of_many_records() -> None:
    good = [record(number) for number in range(20)]
    ahead = [record(20 + number, offset=timedelta(hours=3)) for number in range(2)]

    skew = skew_of([*good, *ahead])

    assert skew is not None
    assert (skew.field, skew.ahead, skew.records) == ("event.at", timedelta(hours=3), 2)


def test_a_clock_that_is_behind_is_seen_where_all_are_by_the_same() -> None:
    skew = skew_of([record(number, offset=timedelta(hours=-7)) for number in range(5)])

    assert skew is not None
    assert skew.ahead == timedelta(hours=-7)


@pytest.mark.parametrize(
    "offsets",
    [
        [0, -1, -2, 1],
        [-3600 * 3, -3600 * 9, -3600 * 20, -3600 * 2],  # a phone that was offline
        [240, 200, 100],  # within what clocks may differ by
        [3600 * 3, 0, 0, 0],  # one is no clock
        [],
    ],
)
def test_what_is_late_or_nearly_right_is_no_wrong_clock(offsets) -> None:
    assert skew_of([record(number, offset=timedelta(seconds=each)) for number, each in enumerate(offsets)]) is None


def test_a_field_that_was_renamed_is_a_change_of_schema() -> None:
    before = [record(number, ["type", "extra"]) for number in range(2)] + [record(2, ["type"])]
    since = [record(3, ["kind"])] + [record(4 + number, ["kind", "extra"]) for number in range(2)]

    change = change_of_shape([*before, *since])

    assert change is not None
    assert (change.new, change.lost, change.records) == (["event.kind"], ["event.type"], 3)
    assert change.at == since[0].arrived_at


def test_records_that_are_no_json_any_more_have_lost_every_field() -> None:
    binary = [replace(record(3 + number), fields=frozenset()) for number in range(3)]

    change = change_of_shape([*(record(number) for number in range(3)), *binary])

    assert change is not None
    assert change.lost == ["event", "event.at"]


@pytest.mark.parametrize(
    "fields",
    [
        ["type", "type", "type", "type", "type", "type"],
        ["type", "kind", "type", "kind", "type", "kind"],  # both kinds of records share the stream
        ["type", "type", "type", "kind", "type", "type"],  # one record is no schema
        ["type", "type", "type", "type", "kind", "kind"],  # nor are two
        ["type"],
        [],
    ],
)
def test_variety_is_no_change_of_schema(fields) -> None:
    assert change_of_shape([record(number, [name]) for number, name in enumerate(fields)]) is None


@pytest.mark.parametrize("data", [b"\xff\xfe", b"not json", b"[1, 2]", b'"text"', b"[" * 100_000, b""])
def test_what_is_no_json_object_has_no_fields_and_no_times(data) -> None:
    seen = record_of({"Data": data, "PartitionKey": "ada", "ApproximateArrivalTimestamp": ARRIVED})

    assert (seen.fields, seen.times) == (frozenset(), {})


@pytest.mark.parametrize("text", ["2026-03-02T23:00:00", "20260302", "2026-03-02", "noon", ""])
def test_times_without_an_offset_prove_nothing(text) -> None:
    data = json.dumps({"at": text}).encode()
    seen = record_of({"Data": data, "PartitionKey": "ada", "ApproximateArrivalTimestamp": ARRIVED})

    assert seen.times == {}


def test_open_shards_are_read_once_each_from_the_time_on() -> None:
    class Kinesis:
        def list_shards(self, StreamName: str) -> dict[str, Any]:  # noqa: N803 - boto3's name
            assert StreamName == "Stream"
            shards = [{"ShardId": f"s{number}", "SequenceNumberRange": {}} for number in range(10)]
            return {"Shards": [{"ShardId": "old", "SequenceNumberRange": {"EndingSequenceNumber": "9"}}, *shards]}

        def get_shard_iterator(self, **given: Any) -> dict[str, str]:
            assert (given["ShardIteratorType"], given["Timestamp"]) == ("AT_TIMESTAMP", ARRIVED)
            return {"ShardIterator": given["ShardId"]}

        def get_records(self, ShardIterator: str, Limit: int) -> dict[str, Any]:  # noqa: N803 - boto3's names
            assert Limit == 1000
            at = ARRIVED + timedelta(seconds=10 - int(ShardIterator[1:]))
            record = {"Data": b"{}", "PartitionKey": ShardIterator, "ApproximateArrivalTimestamp": at}
            return {"Records": [record]}

    found = read_records(Kinesis(), "Stream", since=ARRIVED)

    assert [each.partition_key for each in found] == [f"s{number}" for number in reversed(range(8))]
