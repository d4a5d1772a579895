"""What CloudWatch counts: how it is asked, and which step its figures make sick. The local cloud has few of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from cdk_sentry.cli.diagnose.diagnosis import Diagnosis, questions_of
from cdk_sentry.cli.diagnose.finding import Health, Weight
from cdk_sentry.cli.diagnose.metrics import Figure, Metric, read_metrics
from cdk_sentry.cli.diagnose.parallel import NoAnswer, ask
from cdk_sentry.cli.diagnose.probes.sqs_queue import QueueFacts
from cdk_sentry.cli.stacks import Resource
from tests.cli.diagnose.shop import (
    API,
    DEAD,
    MACHINE,
    MAPPING,
    NOW,
    RULE,
    SINCE,
    STORE,
    STREAM,
    TABLE,
    TAKE,
    TOPIC,
    StubbedAws,
    concluded,
    function,
    mapping,
    survey,
)

MINUTE = timedelta(minutes=1)
Points = Mapping[tuple[Resource, str], list[float]]


@pytest.fixture
def cloudwatch() -> Iterator[Stubber]:
    client = boto3.client("cloudwatch", region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def answered(points: Points) -> dict[str, Any]:
    """GetMetricData's answer as CloudWatch gives it: the newest first, nothing for metrics that nobody has written."""
    asked = [(step, metric.name) for step, probe in questions_of(survey()).items() for metric in wanted(step, probe)]
    results = [
        {
            "Id": f"m{index}",
            "Label": name,
            "Timestamps": [NOW - number * MINUTE for number in range(1, 1 + len(points.get((step, name), [])))],
            "Values": points.get((step, name), []),
            "StatusCode": "Complete",
        }
        for index, (step, name) in enumerate(asked)
    ]
    return {"MetricDataResults": results, "Messages": []}


def wanted(step: Resource, probe: Any) -> list[Metric]:
    return list(probe.metrics(survey(), step))


def figures_of(cloudwatch: Stubber, points: Points) -> dict[Resource, dict[str, Figure]]:
    """What the command makes of an answer."""
    cloudwatch.add_response("get_metric_data", answered(points))
    about = survey(aws=StubbedAws(cloudwatch=cloudwatch.client))
    return read_metrics(about, {step: wanted(step, probe) for step, probe in questions_of(about).items()})


def diagnosed(cloudwatch: Stubber, points: Points, facts: Mapping[Resource, Any] | None = None) -> Diagnosis:
    return concluded(facts=facts, figures=figures_of(cloudwatch, points))


@dataclass(frozen=True)
class Case:
    """What is counted, and what is to be said of it."""

    step: Resource
    metric: str
    points: list[float]
    what: str
    finding: str
    next_command: str
    facts: Mapping[Resource, Any] = field(default_factory=dict)
    says: str = ""
    named: Resource | None = None


QUIET = {STORE: replace(function("Store"), log=NoAnswer("no time"))}
READ_BY_STORE = {
    DEAD: QueueFacts({"ApproximateNumberOfMessages": "5"}, None),
    MAPPING: mapping(EventSourceArn="arn:aws:sqs:eu-central-1:123456789012:Dead", DestinationConfig={}),
}
OLDEST = "ApproximateAgeOfOldestMessage"

CASES = (
    Case(API, "5XXError", [2, 1], "API", "server-errors", "apigateway get-stages", says="3 answers"),
    Case(TAKE, "Throttles", [7, 5], "function", "throttled", "get-function-concurrency", says="12 calls"),
    Case(STORE, "Errors", [4], "function", "errors", "aws logs tail /aws/lambda/Store", facts=QUIET, says="4 of"),
    Case(TAKE, "Duration", [800, 9000], "function", "slow", "aws logs tail", says="9000 ms or more"),
    Case(STORE, "IteratorAge", [420e3], "delivery", "behind", "aws logs tail", says="7 min", named=MAPPING),
    Case(
        STREAM,
        "WriteProvisionedThroughputExceeded",
        [9],
        "stream",
        "throttles-writes",
        "describe-stream",
        says="9 writes",
    ),
    Case(
        STREAM, "ReadProvisionedThroughputExceeded", [3], "stream", "throttles-reads", "describe-stream", says="3 reads"
    ),
    Case(TABLE, "WriteThrottleEvents", [6], "table", "throttles", "dynamodb describe-table", says="6 calls"),
    Case(TABLE, "ReadThrottleEvents", [8], "table", "throttles", "dynamodb describe-table", says="8 calls"),
    Case(DEAD, OLDEST, [300, 900], "queue", "grows-old", "get-queue-attributes", facts=READ_BY_STORE, says="15 min"),
    Case(TOPIC, "NumberOfNotificationsFailed", [2], "topic", "not-delivered", "list-subscriptions", says="2 messages"),
    Case(RULE, "FailedInvocations", [5], "rule", "not-delivered", "list-targets-by-rule", says="5 events"),
    Case(MACHINE, "ExecutionsFailed", [3], "state machine", "executions-fail", "describe-state-machine", says="3 exec"),
    Case(MACHINE, "ExecutionsTimedOut", [1], "state machine", "executions-fail", "describe-state-machine", says="1 "),
    Case(MACHINE, "ExecutionThrottled", [11], "state machine", "throttles", "service-quotas", says="11 state"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.step.logical_id}-{case.metric}")
def test_what_cloudwatch_counts_makes_the_right_step_sick(cloudwatch, case: Case) -> None:
    verdict = diagnosed(cloudwatch, {(case.step, case.metric): case.points}, case.facts).verdict

    assert verdict is not None
    assert (verdict.step.resource, verdict.step.what) == (case.named or case.step, case.what)
    assert verdict.finding.id == case.finding
    assert case.says in verdict.finding.summary
    assert case.next_command in verdict.finding.next_command


def test_nothing_counted_is_nothing_found(cloudwatch) -> None:
    assert diagnosed(cloudwatch, {(TAKE, "Invocations"): [90.0, 81.0], (STORE, "IteratorAge"): [900.0]}).verdict is None


def test_how_far_behind_the_stream_is_is_said_also_where_that_is_little(cloudwatch) -> None:
    steps = diagnosed(cloudwatch, {(STORE, "IteratorAge"): [900.0, 4200.0]}).steps
    delivery = next(step for step in steps if step.resource == MAPPING)

    assert [finding.summary for finding in delivery.findings] == ["enabled, last result: OK, at most 4 s behind"]


def test_a_throttled_consumer_explains_why_the_stream_is_behind(cloudwatch) -> None:
    verdict = diagnosed(cloudwatch, {(STORE, "Throttles"): [40.0], (STORE, "IteratorAge"): [1.8e6]}).verdict

    assert verdict is not None
    assert verdict.step.resource == STORE
    assert [step.resource for step in verdict.explains] == [MAPPING]
    assert verdict.others == []


def test_what_was_long_ago_weighs_less_than_what_is_now(cloudwatch) -> None:
    long_ago = [0.0] * 30 + [500.0]
    verdict = diagnosed(cloudwatch, {(STREAM, "WriteProvisionedThroughputExceeded"): long_ago, (API, "5XXError"): [1]})
    past = next(step for step in verdict.steps if step.resource == STREAM)

    assert past.sicknesses[0].weight is Weight.PAST
    assert verdict.verdict is not None
    assert verdict.verdict.step.resource == API


def test_figures_say_how_often_a_function_ran(cloudwatch) -> None:
    steps = diagnosed(cloudwatch, {(TAKE, "Invocations"): [90.0, 81.0], (TAKE, "Duration"): [31.0, 44.0]}).steps
    take = next(step for step in steps if step.resource == TAKE)

    assert take.health is Health.HEALTHY
    assert [finding.summary for finding in take.findings] == ["171 invocations, p95 44 ms"]


def test_each_metric_is_asked_for_with_the_dimension_of_its_step(cloudwatch) -> None:
    def query(id_: str, name: str, stat: str) -> dict[str, Any]:
        dimensions = [{"Name": "FunctionName", "Value": "Store"}]
        metric = {"Namespace": "AWS/Lambda", "MetricName": name, "Dimensions": dimensions}
        return {"Id": id_, "MetricStat": {"Metric": metric, "Period": 60, "Stat": stat}}

    asked = {
        "MetricDataQueries": [
            query("m0", "Invocations", "Sum"),
            query("m1", "Errors", "Sum"),
            query("m2", "Throttles", "Sum"),
            query("m3", "Duration", "p95"),
            query("m4", "IteratorAge", "Maximum"),
        ],
        "StartTime": SINCE,
        "EndTime": NOW,
    }
    points = {"Id": "m0", "Timestamps": [NOW - MINUTE], "Values": [5.0], "StatusCode": "PartialData"}
    more = {"Id": "m0", "Timestamps": [NOW - 2 * MINUTE], "Values": [6.0], "StatusCode": "Complete"}
    cloudwatch.add_response("get_metric_data", {"MetricDataResults": [points], "NextToken": "more"}, asked)
    cloudwatch.add_response("get_metric_data", {"MetricDataResults": [more]}, asked | {"NextToken": "more"})
    about = survey(aws=StubbedAws(cloudwatch=cloudwatch.client))
    probe = questions_of(about)[STORE]

    figures = read_metrics(about, {STORE: wanted(STORE, probe)})

    assert figures == {STORE: {"Invocations": Figure(11.0, NOW - MINUTE)}}


@pytest.mark.parametrize(("hours", "period_s"), [(1, 60), (8, 300), (48, 3600), (14 * 24, 86_400)])
def test_the_longer_the_time_the_longer_the_periods(cloudwatch, hours: int, period_s: int) -> None:
    metric = Metric("AWS/SQS", "NumberOfMessagesSent", {"QueueName": "Dead"})
    since = NOW - timedelta(hours=hours)
    stat = {
        "Metric": {
            "Namespace": metric.namespace,
            "MetricName": metric.name,
            "Dimensions": [{"Name": "QueueName", "Value": "Dead"}],
        },
        "Period": period_s,
        "Stat": "Sum",
    }
    asked = {"MetricDataQueries": [{"Id": "m0", "MetricStat": stat}], "StartTime": since, "EndTime": NOW}
    cloudwatch.add_response("get_metric_data", {"MetricDataResults": []}, asked)

    read_metrics(survey(aws=StubbedAws(cloudwatch=cloudwatch.client), since=since), {DEAD: [metric]})


def test_more_metrics_than_a_call_takes_are_asked_for_in_several(cloudwatch) -> None:
    for _ in range(3):
        cloudwatch.add_response("get_metric_data", {"MetricDataResults": []})
    many = [Metric("AWS/SQS", f"M{number}", {"QueueName": "Dead"}) for number in range(1001)]

    assert read_metrics(survey(aws=StubbedAws(cloudwatch=cloudwatch.client)), {DEAD: many}) == {DEAD: {}}


def test_metrics_that_may_not_be_read_are_unknown_and_the_action_is_named(cloudwatch) -> None:
    message = "User: u is not authorized to perform: cloudwatch:GetMetricData"
    cloudwatch.add_client_error("get_metric_data", "AccessDenied", message, 403)
    about = survey(aws=StubbedAws(cloudwatch=cloudwatch.client))
    metric = Metric("AWS/SQS", "NumberOfMessagesSent", {"QueueName": "Dead"})

    answer = ask(lambda: read_metrics(about, {DEAD: [metric]}))
    diagnosis = concluded(figures=answer)

    assert diagnosis.verdict is None
    assert diagnosis.denied_actions == ["cloudwatch:GetMetricData"]
    assert [step.name for step in diagnosis.steps if step.health is Health.UNKNOWN] == ["metrics"]
