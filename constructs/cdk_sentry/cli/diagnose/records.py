"""A sample of a stream's records: when they arrived, when they say to be from, which fields they have.

What is in the fields is looked at for times alone, and never shown.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

_MAX_SHARDS = 8
_MAX_RECORDS = 1000
_MIN_RECORDS = 2
# Clocks in order differ by seconds; the sample's own contract allows as much as this.
_AHEAD = timedelta(minutes=5)
_BEHIND = timedelta(hours=1)
_CONSTANT = timedelta(minutes=2)
_MOST = 0.8
_MIN_OF_A_SHAPE = 3


@dataclass(frozen=True, slots=True)
class Record:
    """One record.

    Attributes:
        arrived_at: on the stream.
        partition_key: that it is under.
        fields: names of its fields, and of those one level below: `event`, `event.type`.
        times: those of its fields that hold a time with an offset.
    """

    arrived_at: datetime
    partition_key: str
    fields: frozenset[str]
    times: Mapping[str, datetime]


@dataclass(frozen=True, slots=True)
class Skew:
    """Times in records that a wrong clock has made.

    Attributes:
        field: that holds the time.
        ahead: of when the record arrived, the median; negative if they lie behind.
        records: how many that goes for.
    """

    field: str
    ahead: timedelta
    records: int


@dataclass(frozen=True, slots=True)
class ChangeOfShape:
    """Records have other fields than before.

    Attributes:
        at: when the first of them arrived.
        new: fields that all have since, and none had before.
        lost: fields that all had before, and none has since.
        records: how many have arrived since.
    """

    at: datetime
    new: Sequence[str]
    lost: Sequence[str]
    records: int


def read_records(client: Any, stream: str, *, since: datetime) -> list[Record]:
    """At most a thousand records of each of eight shards, from a time on; one read each, as readers share them.

    Args:
        client: Kinesis.
        stream: its name.
        since: from when on.
    """
    found: list[Record] = []
    shards = client.list_shards(StreamName=stream)["Shards"]
    for shard in [each for each in shards if "EndingSequenceNumber" not in each["SequenceNumberRange"]][:_MAX_SHARDS]:
        iterator = client.get_shard_iterator(
            StreamName=stream, ShardId=shard["ShardId"], ShardIteratorType="AT_TIMESTAMP", Timestamp=since
        )["ShardIterator"]
        answer = client.get_records(ShardIterator=iterator, Limit=_MAX_RECORDS)
        found += [record_of(each) for each in answer["Records"]]
    return sorted(found, key=lambda record: record.arrived_at)


def record_of(record: Mapping[str, Any]) -> Record:
    """What is of interest in a record as Kinesis gives it."""
    try:
        content = json.loads(record["Data"])
    except (ValueError, RecursionError):
        content = None
    named = dict(_fields(content))
    times = {name: time for name, value in named.items() if (time := _time(value))}
    return Record(
        record["ApproximateArrivalTimestamp"].astimezone(UTC), record["PartitionKey"], frozenset(named), times
    )


def skew_of(records: Sequence[Record]) -> Skew | None:
    """Of the times that cannot be right: ahead of arrival, or nearly all behind it by the same; None if all can be.

    Late alone is not wrong: a phone may have been offline. But then not all are late by the same.
    """
    offsets: dict[str, list[timedelta]] = {}
    for record in records:
        for name, time in record.times.items():
            offsets.setdefault(name, []).append(time - record.arrived_at)
    if not offsets:
        return None
    name, of_field = max(offsets.items(), key=lambda each: len(each[1]))
    ahead = [offset for offset in of_field if offset > _AHEAD]
    if len(ahead) >= _MIN_RECORDS:
        return Skew(name, _middle(ahead), len(ahead))
    middle = _middle(of_field)
    same = [offset for offset in of_field if abs(offset - middle) <= _CONSTANT]
    if -middle > _BEHIND and len(same) >= max(_MIN_RECORDS, _MOST * len(of_field)):
        return Skew(name, middle, len(same))
    return None


def _middle(offsets: Sequence[timedelta]) -> timedelta:
    return timedelta(seconds=median(offset.total_seconds() for offset in offsets))


def change_of_shape(records: Sequence[Record]) -> ChangeOfShape | None:
    """Whether from some record on all have a field that none had before, or none has one that all had; None if not.

    Fields that come and go are no change: records of several kinds may share a stream.

    Args:
        records: the oldest first.
    """
    new: dict[int, list[str]] = {}
    lost: dict[int, list[str]] = {}
    for name in sorted(frozenset[str]().union(*(record.fields for record in records))):
        has = [name in record.fields for record in records]
        at = has.index(not has[0]) if not all(has) else 0
        is_steady = all(each != has[0] for each in has[at:])
        if is_steady and min(at, len(records) - at) >= _MIN_OF_A_SHAPE:
            (lost if has[0] else new).setdefault(at, []).append(name)
    if not new and not lost:
        return None
    at = max((*new, *lost), key=lambda each: len(new.get(each, ())) + len(lost.get(each, ())))
    return ChangeOfShape(records[at].arrived_at, new.get(at, []), lost.get(at, []), len(records) - at)


def _fields(content: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    if not isinstance(content, Mapping):
        return
    for name, value in content.items():
        yield f"{prefix}{name}", value
        if not prefix:
            yield from _fields(value, f"{name}.")


def _time(value: Any) -> datetime | None:
    if not isinstance(value, str) or not value[:4].isdigit():
        return None
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        return None
    return time.astimezone(UTC) if time.tzinfo else None
