"""Kinesis streams: are they there, do they take what is sent, and what is it that is sent."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ...stacks import Resource
from ..finding import Finding, Weight, healthy, sick
from ..keys import KeyState, key_state
from ..metrics import Metric
from ..parallel import NoAnswer, ask
from ..probe import Probe, Seen, clock, counted, part, span, unanswered
from ..records import Record, change_of_shape, read_records, skew_of
from ..survey import Survey


@dataclass(frozen=True)
class StreamFacts:
    """What was seen of a stream.

    Attributes:
        summary: as Kinesis gives it.
        records: a sample of those that arrived, the oldest first.
        key: that it is encrypted with; None if that is AWS's.
    """

    summary: Mapping[str, Any]
    records: Sequence[Record] | NoAnswer
    key: KeyState | NoAnswer | None

    @property
    def newest_arrival(self) -> datetime | None:
        """When the newest record of the sample arrived."""
        records = [] if isinstance(self.records, NoAnswer) else self.records
        return records[-1].arrived_at if records else None

    def of_user(self, user: str) -> list[Record]:
        """Records under a user's name."""
        records = [] if isinstance(self.records, NoAnswer) else self.records
        return [record for record in records if record.partition_key == user]


class KinesisStream(Probe):
    """A stream."""

    kinds = ("AWS::Kinesis::Stream",)
    what = "stream"

    def look(self, survey: Survey, resource: Resource) -> StreamFacts:
        """Summary, key, and a sample of its records."""
        client, name = survey.aws.client("kinesis"), resource.physical_id
        summary = client.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
        return StreamFacts(
            summary,
            ask(lambda: read_records(client, name, since=survey.since)),
            ask(lambda: key_state(survey.aws, summary.get("KeyId", ""))),
        )

    def metrics(self, survey: Survey, resource: Resource) -> Sequence[Metric]:
        """What came in and what was refused."""
        del survey
        of_it = {"StreamName": resource.physical_id}
        return (
            Metric("AWS/Kinesis", "IncomingRecords", of_it),
            Metric("AWS/Kinesis", "WriteProvisionedThroughputExceeded", of_it),
            Metric("AWS/Kinesis", "ReadProvisionedThroughputExceeded", of_it),
        )

    def judge(self, seen: Seen, resource: Resource, facts: StreamFacts) -> Iterator[Finding]:
        """The stream itself, then what senders put on it."""
        name = resource.physical_id
        see = f"aws kinesis describe-stream-summary --stream-name {name}"
        yield from unanswered(facts.records, facts.key)
        if key := part(facts.key, KeyState):
            yield from key.judge()
        if facts.summary["StreamStatus"] not in {"ACTIVE", "UPDATING"}:
            yield sick("not-active", Weight.OFF, f"it is {facts.summary['StreamStatus']}", next_command=see)
        for metric, doing in (
            ("WriteProvisionedThroughputExceeded", "write"),
            ("ReadProvisionedThroughputExceeded", "read"),
        ):
            if refused := seen.figure(resource, metric):
                yield sick(
                    f"throttles-{doing}s",
                    seen.weight(resource, metric, Weight.THROTTLED),
                    f"throttled: {counted(refused, doing)} refused, its shards do not suffice",
                    f"metric {metric}: {refused:.0f}",
                    next_command=see,
                )
        records = [] if isinstance(facts.records, NoAnswer) else facts.records
        yield from _clocks(records, name)
        yield from _shapes(records, name)
        yield healthy("takes-records", _said(seen.figure(resource, "IncomingRecords"), records))


def _said(incoming: float, records: Sequence[Record]) -> str:
    if incoming:
        return f"{counted(incoming, 'record')} arrived"
    if not records:
        return "no record arrived in this time"
    return f"{counted(len(records), 'record')} seen, the last arrived at {clock(records[-1].arrived_at)}"


def _clocks(records: Sequence[Record], stream: str) -> Iterator[Finding]:
    skew = skew_of(records)
    if skew is None:
        return
    how = "ahead" if skew.ahead > timedelta(0) else "behind"
    yield sick(
        "clock-skew",
        Weight.INPUT,
        f"the clock of whoever sends is {span(abs(skew.ahead.total_seconds()))} {how}",
        f"{skew.field} of {skew.records} of {len(records)} records, compared with when they arrived on {stream}",
        next_command="timedatectl timesync-status  # on the senders",
    )


def _shapes(records: Sequence[Record], stream: str) -> Iterator[Finding]:
    change = change_of_shape(records)
    if change is None:
        return
    words = [f"without {name}" for name in change.lost] + [f"with {name}" for name in change.new]
    yield sick(
        "schema-changed",
        Weight.INPUT,
        f"since {clock(change.at)} records have another schema: {', '.join(words)}",
        f"{change.records} of {len(records)} records on {stream} have it",
        next_command=f"git log --since {change.at:%Y-%m-%dT%H:%M:%SZ} --until now  # of whoever sends",
        needs_sick_downstream=True,
    )
