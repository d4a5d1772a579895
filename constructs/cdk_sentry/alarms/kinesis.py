"""The alarms on one Kinesis data stream.

Metric names and units: docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html, "Basic stream-level
metrics".
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from .alarm import AlarmRule
from .kind import AlarmKind
from .resource import WatchedResource, number_of, value_of
from .severity import Severity
from .template import Template

KIND = "stream"
TYPES = ("AWS::Kinesis::Stream",)
_DEFAULT_RETENTION_HOURS = 24.0

_rule = partial(AlarmRule, namespace="AWS/Kinesis")
_kind = partial(AlarmKind, of=KIND)


def watched(template: Template) -> Iterator[WatchedResource]:
    """Yields the streams of a scope."""
    for each in template.of_type(*TYPES):
        dimensions = {"StreamName": each.resource.ref}
        yield WatchedResource(KIND, each.construct, each.resource, each.path, each.properties, dimensions)


def _retention_ms(properties: Mapping[str, Any]) -> float | None:
    if value_of(properties, "retentionPeriodHours") is None:
        return _DEFAULT_RETENTION_HOURS * 3_600_000
    hours = number_of(properties, "retentionPeriodHours")
    return hours * 3_600_000 if hours else None


def kinds() -> Iterator[AlarmKind]:
    """Yields the catalogue's entries."""
    yield _kind(
        key="stream_retention_share",
        rule=_rule(
            name="RecordsExpire",
            metric_name="GetRecords.IteratorAgeMilliseconds",
            statistic="Maximum",
            evaluation_periods=5,
            datapoints_to_alarm=5,
            meaning="a consumer is so far behind that records will soon be deleted unread.",
            causes="a consumer that stands still or fails, too few shards.",
            first_steps="Raise the stream's retention at once (up to 365 days), then mend the consumer.",
        ),
        unit="of the retention period, in 5 successive minutes",
        why="AWS's own advice: half is left to act. That a Lambda consumer is behind is said much earlier, by "
        "`function_iterator_age`.",
        whole=_retention_ms,
    )
    yield _kind(
        key="stream_write_throttles",
        rule=_rule(
            name="WriteThrottles",
            metric_name="WriteProvisionedThroughputExceeded",
            statistic="Sum",
            severity=Severity.WARNING,
            evaluation_periods=5,
            datapoints_to_alarm=3,
            meaning="the stream refuses records: more is written than its shards take.",
            causes="a burst, too few shards, one partition key that takes most of the traffic.",
            first_steps="Compare incoming bytes and records with the shards (1 MB and 1000 records a second each).",
        ),
        unit="records a minute, in 3 of 5 minutes",
        why="Producers repeat what was refused: a moment is harmless, three minutes are a lack of capacity.",
    )
    yield _kind(
        key="stream_read_throttles",
        rule=_rule(
            name="ReadThrottles",
            metric_name="ReadProvisionedThroughputExceeded",
            statistic="Sum",
            severity=Severity.WARNING,
            evaluation_periods=15,
            datapoints_to_alarm=15,
            meaning="consumers read faster than the stream's shards give.",
            causes="several consumers on one stream: a shard gives 5 reads and 2 MB a second to all of them together.",
            first_steps="Count the consumers; give some enhanced fan-out.",
        ),
        unit="reads a minute, in 15 successive minutes",
        why="Consumers repeat a refused read within a second, and two on one shard meet now and then in health.",
    )
    yield _kind(
        key="stream_put_failures",
        rule=_rule(
            name="PutFailures",
            metric_name="PutRecords.FailedRecords",
            statistic="Sum",
            severity=Severity.WARNING,
            evaluation_periods=5,
            datapoints_to_alarm=3,
            meaning="Kinesis fails to take records, for reasons of its own.",
            causes="trouble inside the service.",
            first_steps="Look at the AWS Health Dashboard; make sure that producers repeat what failed.",
        ),
        unit="records a minute, in 3 of 5 minutes",
        why="AWS says that single failures are to be expected and repeated.",
    )
