"""The alarms on one DynamoDB table and on each of its global secondary indexes.

Metric names and dimensions: docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html.
ThrottledRequests and SystemErrors exist per table *and operation* only, UserErrors per account and region only. What
an index is refused is not in the table's figures: it has a series of its own.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from ..identity import identity
from .alarm import AlarmRule, MathInput
from .kind import AlarmKind
from .resource import WatchedResource, number_of, value_of
from .severity import Severity
from .template import Template, TemplateResource

KIND = "table"
INDEX_KIND = "index"
ACCOUNT_KIND = "dynamodb_account"
TYPES = ("AWS::DynamoDB::GlobalTable", "AWS::DynamoDB::Table")
_OPERATIONS = (
    "BatchGetItem",
    "BatchWriteItem",
    "DeleteItem",
    "GetItem",
    "PutItem",
    "Query",
    "Scan",
    "TransactWriteItems",
    "UpdateItem",
)

_rule = partial(AlarmRule, namespace="AWS/DynamoDB")
_kind = partial(AlarmKind, of=KIND)


def watched(template: Template) -> Iterator[WatchedResource]:
    """Yields the tables of a scope with their indexes, and with the first of a stack the account that it is in."""
    stacks: set[str] = set()
    for each in template.of_type(*TYPES):
        dimensions = {"TableName": each.resource.ref}
        yield WatchedResource(KIND, each.construct, each.resource, each.path, each.properties, dimensions)
        yield from _indexes(each, dimensions)
        stack = identity(each.resource.stack)
        if stack not in stacks:
            stacks.add(stack)
            yield WatchedResource(ACCOUNT_KIND, each.construct, each.resource, each.path, {}, {})


def _indexes(table: TemplateResource, dimensions: Mapping[str, str]) -> Iterator[WatchedResource]:
    for index in value_of(table.properties, "globalSecondaryIndexes") or ():
        name = value_of(index, "indexName")
        if isinstance(name, str):
            yield WatchedResource(
                INDEX_KIND,
                table.construct,
                table.resource,
                table.path,
                index,
                {**dimensions, "GlobalSecondaryIndexName": name},
                part=name,
            )


def _capacity(unit: str, properties: Mapping[str, Any]) -> float | None:
    """What a table is provisioned for within 5 minutes; None for a table on demand."""
    units = number_of(properties, "provisionedThroughput", unit)
    return units * 300 if units else None


def kinds() -> Iterator[AlarmKind]:
    """Yields the catalogue's entries."""
    for of, name in ((KIND, "table"), (INDEX_KIND, "index")):
        yield from _throughput_kinds(of, name)
    yield _kind(
        key="table_system_errors",
        rule=_rule(
            name="SystemErrors",
            metric_name="SystemErrors",
            statistic="Sum",
            evaluation_periods=5,
            datapoints_to_alarm=3,
            expression=" + ".join(f"m{number}" for number in range(len(_OPERATIONS))),
            inputs=tuple(
                MathInput(f"m{number}", "SystemErrors", "Sum", (("Operation", operation),))
                for number, operation in enumerate(_OPERATIONS)
            ),
            meaning="DynamoDB answers with errors of its own (HTTP 500).",
            causes="trouble inside the service.",
            first_steps="Look at the AWS Health Dashboard; make sure that callers repeat.",
        ),
        unit="requests a minute, in 3 of 5 minutes",
        why=f"Off: the metric exists per operation only, so the alarm is charged as {len(_OPERATIONS)} metrics; SDKs "
        "repeat such requests, and what they cannot mend shows as errors of the function.",
        suggested=1,
    )
    yield _kind(
        key="table_conditional_failures",
        rule=_rule(
            name="ConditionalFailures",
            metric_name="ConditionalCheckFailedRequests",
            statistic="Sum",
            severity=Severity.WARNING,
            period_s=300,
            meaning="many conditional writes fail: for information.",
            causes="the same data written twice, which the condition is there to catch; writers that race.",
            first_steps="Look for a producer that repeats itself.",
        ),
        unit="requests within 5 minutes",
        why="Off: a failed condition is usually the table doing its work. The dashboard shows them.",
        suggested=100,
    )
    yield _kind(
        key="table_user_errors",
        of=ACCOUNT_KIND,
        rule=_rule(
            name="UserErrors",
            metric_name="UserErrors",
            statistic="Sum",
            severity=Severity.WARNING,
            period_s=300,
            meaning="DynamoDB refuses requests of this account as invalid (HTTP 400).",
            causes="a missing table or index, a missing permission, a malformed request.",
            first_steps="Find the callers' exceptions in Sentry.",
        ),
        unit="requests within 5 minutes",
        why="Off: the metric exists for the whole account and region only, so it fires for other people's requests.",
        suggested=10,
    )


def _throughput_kinds(of: str, name: str) -> Iterator[AlarmKind]:
    for verb in ("Read", "Write"):
        yield AlarmKind(
            key=f"table_{verb.lower()}_throttles",
            of=of,
            rule=_rule(
                name=f"{verb}Throttles",
                metric_name=f"{verb}ThrottleEvents",
                statistic="Sum",
                severity=Severity.WARNING,
                evaluation_periods=5,
                datapoints_to_alarm=3,
                meaning=f"the {name} refuses {verb.lower()}s for lack of throughput.",
                causes="one partition key that takes most of the traffic, provisioned capacity below the need, a rise "
                "faster than on-demand tables follow (twice the last peak).",
                first_steps="Compare consumed with provisioned capacity; Contributor Insights names the hot key.",
            ),
            unit=f"{verb.lower()}s a minute, in 3 of 5 minutes",
            why="SDKs repeat what was refused: a moment is harmless, three minutes slow every caller. An index that "
            "refuses writes makes its table refuse them.",
        )
    for verb in ("Read", "Write"):
        yield AlarmKind(
            key=f"table_{verb.lower()}_capacity_share",
            of=of,
            rule=_rule(
                name=f"{verb}Capacity",
                metric_name=f"Consumed{verb}CapacityUnits",
                statistic="Sum",
                severity=Severity.WARNING,
                period_s=300,
                evaluation_periods=3,
                datapoints_to_alarm=3,
                meaning=f"the {name} uses most of its provisioned {verb.lower()} capacity.",
                causes="more traffic, a scan, auto scaling at its upper limit.",
                first_steps="Raise the capacity or its upper limit, or make the table on-demand.",
            ),
            unit="of the provisioned capacity, in 3 successive periods of 5 minutes",
            why="Auto scaling aims at 70 % and follows within minutes: 15 minutes above 80 % it does not.",
            whole=partial(_capacity, f"{verb.lower()}CapacityUnits"),
            when="tables and indexes with provisioned throughput",
        )
