"""What is concluded from what a step says of itself, where no local cloud does it; every finding has its case."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from cdk_sentry.cli.diagnose.finding import Finding, Health, Weight
from cdk_sentry.cli.diagnose.function_log import Fault
from cdk_sentry.cli.diagnose.http_get import Answer
from cdk_sentry.cli.diagnose.keys import KeyState
from cdk_sentry.cli.diagnose.parallel import NoAnswer
from cdk_sentry.cli.diagnose.probes.api import ApiFacts
from cdk_sentry.cli.diagnose.probes.dynamodb_table import TableFacts
from cdk_sentry.cli.diagnose.probes.event_rule import RuleFacts
from cdk_sentry.cli.diagnose.probes.kinesis_stream import StreamFacts
from cdk_sentry.cli.diagnose.probes.lambda_function import FunctionFacts
from cdk_sentry.cli.diagnose.probes.sns_topic import TopicFacts
from cdk_sentry.cli.diagnose.probes.sqs_queue import QueueFacts
from cdk_sentry.cli.diagnose.probes.state_machine import StateMachineFacts
from cdk_sentry.cli.diagnose.records import Record
from cdk_sentry.cli.stacks import Resource
from tests.cli.diagnose.shop import (
    ALL,
    API,
    DEAD,
    MACHINE,
    MAPPING,
    NOW,
    ROUTE,
    RULE,
    STORE,
    STREAM,
    TABLE,
    TAKE,
    TOPIC,
    concluded,
    function,
    good_day,
    mapping,
    resource,
    run,
    survey,
)
from tests.cli.diagnose.test_document import ids_in_the_code
from tests.cli.diagnose.test_metrics import CASES as BY_METRICS
from tests.local_cloud.diagnosed_ways import CASES as ON_THE_LOCAL_CLOUD

BEFORE, AFTER = NOW - timedelta(minutes=40), NOW - timedelta(minutes=10)  # of the last change of each function
ARRIVED = NOW - timedelta(minutes=5)


def failed(kind: str, text: str, at: datetime = NOW) -> Any:
    return run(at, fault=Fault(kind, text))


def state(**more: Any) -> FunctionFacts:
    facts = function("Take")
    return replace(facts, configuration=dict(facts.configuration) | more)


def api(answer: Any) -> ApiFacts:
    return ApiFacts("prod", [ROUTE], {ROUTE: answer}, [], [])


def execution(status: str, at: datetime) -> dict[str, Any]:
    started = at - timedelta(minutes=3)
    return {"name": "e1", "executionArn": "arn:e1", "status": status, "startDate": started, "stopDate": at}


@dataclass(frozen=True)
class Case:
    """What a step says, and what is to be said of it."""

    finding: str
    step: Resource
    facts: Any
    weight: Weight
    says: str
    next_command: str
    others: Mapping[Resource, Any] = field(default_factory=dict)


RECORD = Record(ARRIVED, "ada", frozenset({"id"}), {})
IMPORT = failed("import_error", "Runtime.ImportModuleError: No module named 'orders'")
DENIED = failed("uncaught_error", "ClientError: User u is not authorized to perform: sqs:SendMessage on resource: q")
TIMEOUT = "Task timed out after 3.00 seconds"

CASES = (
    Case("no-answer", API, api(NoAnswer("nobody answers there")), Weight.OFF, "nobody answers", "get-stages"),
    Case("hangs", API, api(Answer("/orders/ada", None, 10_000)), Weight.SYMPTOM, "waits for Take", "logs tail"),
    Case("throttled", API, api(Answer("/orders/ada", 429, 3, "")), Weight.SYMPTOM, "too many", "get-stages"),
    Case(
        "not-deployed",
        TAKE,
        state(LastUpdateStatus="Failed", LastUpdateStatusReason="the image is not there"),
        Weight.OFF,
        "the image is not there",
        "get-function-configuration",
    ),
    Case("cannot-start", TAKE, function("Take", IMPORT), Weight.BROKEN, "No module named 'orders'", "get-function"),
    Case("denied", TAKE, function("Take", DENIED), Weight.FORBIDDEN, "sqs:SendMessage", "list-role-policies"),
    Case(
        "fails",
        TAKE,
        function("Take", run(AFTER), failed("timeout", TIMEOUT)),
        Weight.FAILING,
        f"fails: {TIMEOUT}",
        "logs tail /aws/lambda/Take",
    ),
    Case(
        "has-failed",
        TAKE,
        function("Take", failed("timeout", TIMEOUT, AFTER), run()),
        Weight.PAST,
        "works again",
        "logs tail",
    ),
    Case(
        "counts-failures",
        TAKE,
        function("Take", run(counts={"EventsDropped": 3})),
        Weight.FAILING,
        "EventsDropped 3",
        "logs tail",
    ),
    Case(
        "logs-errors",
        TAKE,
        function("Take", complaints={"no such order": 2}),
        Weight.COMPLAINT,
        "logs errors",
        "logs tail",
    ),
    Case(
        "not-reported",
        TAKE,
        function("Take", complaints={"cdk-sentry: Sentry answered 401": 1}, SENTRY_TAGS="{}", SENTRY_DSN="https://..."),
        Weight.NOTICE,
        "Sentry does not hear of it",
        "cdk-sentry dsn test",
    ),
    Case(
        "fails-silently",
        STORE,
        function("Store", run(said_something=False)),
        Weight.BROKEN,
        "its log does not say why",
        "get-function",
        others={MAPPING: mapping(LastProcessingResult="PROBLEM: Function call failed")},
    ),
    Case("not-active", STREAM, StreamFacts({"StreamStatus": "DELETING"}, [], None), Weight.OFF, "DELETING", "describe"),
    Case("not-active", TABLE, TableFacts({"TableStatus": "ARCHIVED"}, None, None), Weight.OFF, "ARCHIVED", "describe"),
    Case(
        "key-unusable",
        DEAD,
        QueueFacts({}, KeyState("k1", "PendingDeletion")),
        Weight.OFF,
        "its KMS key is PendingDeletion",
        "aws kms cancel-key-deletion --key-id k1",
    ),
    Case(
        "failing",
        MAPPING,
        mapping(LastProcessingResult="PROBLEM: internal Lambda error"),
        Weight.SYMPTOM,
        "the last batch was not processed",
        "logs tail /aws/lambda/Store",
    ),
    Case(
        "blocked",
        MAPPING,
        mapping(LastProcessingResult="PROBLEM: Function call failed"),
        Weight.BLOCKED,
        "blocked by a batch that Store cannot process: KeyError: 'id'",
        "--bisect-batch-on-function-error --maximum-retry-attempts 10",
        others={STORE: function("Store", run(AFTER), failed("uncaught_error", "KeyError: 'id'"))},
    ),
    Case(
        "not-delivered",
        MAPPING,
        mapping(),
        Weight.SYMPTOM,
        "records wait on the stream",
        "logs tail /aws/lambda/Store",
        others={STREAM: StreamFacts({"StreamStatus": "ACTIVE"}, [RECORD], None), STORE: function("Store", run(BEFORE))},
    ),
    Case(
        "no-target",
        RULE,
        RuleFacts({"Name": "Rule", "State": "ENABLED"}, []),
        Weight.BROKEN,
        "no target",
        "detect-stack-drift",
    ),
    Case(
        "unconfirmed",
        TOPIC,
        TopicFacts([{"Endpoint": "ada@example.com", "SubscriptionArn": "PendingConfirmation"}], None),
        Weight.NOTICE,
        "ada@example.com get nothing until they confirm",
        "list-subscriptions-by-topic",
    ),
    Case(
        "executions-fail",
        MACHINE,
        StateMachineFacts({"status": "ACTIVE", "definition": "{}"}, [execution("TIMED_OUT", NOW)]),
        Weight.FAILING,
        "1 of the last 1 execution failed",
        "describe-execution --execution-arn arn:e1",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.step.logical_id}-{case.finding}")
def test_what_a_step_says_of_itself_means(case: Case) -> None:
    verdict = concluded(facts={case.step: case.facts, **case.others}).verdict

    assert verdict is not None
    assert (verdict.step.resource, verdict.finding.id, verdict.finding.weight) == (case.step, case.finding, case.weight)
    assert case.says in verdict.finding.summary
    assert case.next_command in verdict.finding.next_command


def test_a_user_whose_records_came_and_are_not_stored_is_no_user_without_data() -> None:
    diagnosis = concluded(
        of=survey(user="ada"),
        facts={
            TABLE: TableFacts({"TableStatus": "ACTIVE"}, None, 0),
            STREAM: StreamFacts({"StreamStatus": "ACTIVE"}, [replace(RECORD, arrived_at=NOW)], None),
        },
    )

    assert diagnosis.verdict is not None
    assert diagnosis.verdict.finding.id == "not-stored"
    assert "1 record of this user arrived" in diagnosis.verdict.finding.summary


def test_a_user_whose_data_is_stored_is_healthy() -> None:
    facts = {TABLE: TableFacts({"TableStatus": "ACTIVE"}, None, 12)}
    [user] = [step for step in concluded(of=survey(user="ada"), facts=facts).steps if step.what == "user"]

    assert (user.health, user.findings[0].summary[:17]) == (Health.HEALTHY, "12 items in Table")


@pytest.mark.parametrize(("there", "finding"), [(["1", "2"], None), (["1"], "subscription-gone")])
def test_a_subscription_of_the_template_that_is_not_there_is_gone(there, finding) -> None:
    declared = [resource("SNS::Subscription", f"Sub{number}", f"{TOPIC.physical_id}:{number}") for number in (1, 2)]
    live = [{"Endpoint": "e", "SubscriptionArn": f"{TOPIC.physical_id}:{number}"} for number in there]

    about = survey(resources=(*ALL, *declared))
    verdict = concluded(of=about, facts={TOPIC: TopicFacts(live, None)}).verdict

    assert (verdict.finding.id if verdict else None) == finding
    assert verdict is None or "Sub2" in verdict.finding.summary


def test_executions_that_failed_before_the_time_do_not_count() -> None:
    old = [execution("FAILED", NOW - timedelta(hours=2)), execution("SUCCEEDED", NOW)]
    facts = {MACHINE: StateMachineFacts({"status": "ACTIVE", "definition": "{}"}, old)}

    assert concluded(facts=facts).verdict is None


def test_a_changed_schema_is_no_sickness_where_nothing_behind_suffers() -> None:
    shapes = [frozenset({"type"})] * 3 + [frozenset({"kind"})] * 3
    records = [Record(NOW, "ada", fields, {}) for fields in shapes]
    stream = StreamFacts({"StreamStatus": "ACTIVE"}, records, None)
    full = QueueFacts({"ApproximateNumberOfMessages": "3"}, None)

    alone, suffering = concluded(facts={STREAM: stream}), concluded(facts={STREAM: stream, DEAD: full})

    assert alone.verdict is None
    assert suffering.verdict is not None
    assert suffering.verdict.finding.id == "schema-changed"
    assert [step.resource for step in suffering.verdict.explains] == [DEAD]


def test_a_mapping_that_is_being_changed_is_unknown() -> None:
    [step] = [each for each in concluded(facts={MAPPING: mapping(State="Updating")}).steps if each.resource == MAPPING]

    assert step.health is Health.UNKNOWN


def test_what_was_not_answered_in_part_is_unknown_and_the_rest_is_judged() -> None:
    facts = replace(function("Take"), reserved=0, log=NoAnswer("too slow"))
    [step] = [each for each in concluded(facts={TAKE: facts}).steps if each.resource == TAKE]

    assert step.health is Health.SICK
    assert any(finding.health is Health.UNKNOWN for finding in step.findings)


def test_every_finding_has_a_case() -> None:
    shown = {case.finding for case in (*CASES, *BY_METRICS, *ON_THE_LOCAL_CLOUD)} | {"not-stored", "subscription-gone"}

    assert shown == ids_in_the_code()


def test_every_finding_says_something_and_every_sick_one_what_to_do() -> None:
    facts = {**good_day(), **{case.step: case.facts for case in CASES}}
    findings: list[Finding] = [each for step in concluded(facts=facts).steps for each in step.findings]

    for finding in findings:
        assert finding.summary
        assert "\n" not in finding.summary
        assert bool(finding.next_command) is (finding.health is Health.SICK)
