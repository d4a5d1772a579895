"""Of several sick steps the cause is named: what is off explains what starves behind it and what piles up before it."""

from dataclasses import replace
from itertools import pairwise

import pytest

from cdk_sentry.cli.diagnose.alarms import Alarm
from cdk_sentry.cli.diagnose.diagnosis import Diagnosis, exit_health
from cdk_sentry.cli.diagnose.finding import Health
from cdk_sentry.cli.diagnose.function_log import Fault
from cdk_sentry.cli.diagnose.graph import Flow, Link
from cdk_sentry.cli.diagnose.http_get import Answer
from cdk_sentry.cli.diagnose.parallel import NoAnswer
from cdk_sentry.cli.diagnose.probes.api import ApiFacts
from cdk_sentry.cli.diagnose.probes.dynamodb_table import TableFacts
from cdk_sentry.cli.diagnose.probes.sqs_queue import QueueFacts
from cdk_sentry.cli.stacks import Resource
from tests.cli.diagnose.shop import (
    ALL,
    API,
    DEAD,
    MAPPING,
    NOW,
    ROUTE,
    STORE,
    STREAM,
    TABLE,
    TAKE,
    concluded,
    function,
    good_day,
    mapping,
    run,
    survey,
)

BATCH_FAILED = mapping(LastProcessingResult="PROBLEM: Function call failed")
FULL = QueueFacts({"ApproximateNumberOfMessages": "4"}, None)
API_FAILS = ApiFacts("prod", [ROUTE], {ROUTE: Answer("/orders/ada", 500, 12, "sorry")}, [], [])


def names(diagnosis: Diagnosis) -> tuple[str, list[str], list[str]]:
    """The cause, what it explains, what it does not."""
    verdict = diagnosis.verdict
    assert verdict is not None
    return verdict.step.name, [each.name for each in verdict.explains], [each.name for each in verdict.others]


def test_a_function_that_is_off_explains_what_piles_up_before_it() -> None:
    off = replace(function("Store"), reserved=0)

    assert names(concluded(facts={STORE: off, MAPPING: BATCH_FAILED})) == ("Store", ["Mapping"], [])


def test_a_table_that_is_gone_explains_the_function_that_fails_and_the_queue_that_fills() -> None:
    gone = NoAnswer("DescribeTable: ResourceNotFoundException: not found", "ResourceNotFoundException")
    fails = function(
        "Store", run(fault=Fault("uncaught_error", "ResourceNotFoundException: no table")), TABLE_NAME="Table"
    )

    cause, explained, others = names(concluded(facts={TABLE: gone, STORE: fails, MAPPING: BATCH_FAILED, DEAD: FULL}))

    assert (cause, others) == ("Table", [])
    assert set(explained) == {"Store", "Mapping", "Dead"}


def test_a_function_that_fails_explains_the_answer_of_the_api_before_it() -> None:
    fails = function("Take", run(fault=Fault("uncaught_error", "KeyError: 'id'")), STREAM_NAME="Stream")

    assert names(concluded(facts={API: API_FAILS, TAKE: fails})) == ("Take", ["Api"], [])


def test_of_two_that_weigh_the_same_the_first_is_named_and_the_other_is_not_explained() -> None:
    assert names(concluded(facts={API: API_FAILS, DEAD: FULL})) == ("Api", [], ["Dead"])


def test_an_alarm_alone_is_a_reason_and_beside_a_cause_it_is_explained() -> None:
    alarm = Alarm("store-errors", "1 datapoint was above 0", NOW, STORE)
    fails = function("Store", run(fault=Fault("uncaught_error", "KeyError: 'id'")))

    alone, beside = concluded(alarms=(alarm,)), concluded(alarms=(alarm,), facts={STORE: fails})

    assert alone.verdict is not None
    assert alone.verdict.finding.next_command == "aws cloudwatch describe-alarm-history --alarm-name store-errors"
    assert beside.verdict is not None
    assert beside.verdict.finding.id == "broken-by-change"


def test_an_alarm_on_nothing_of_the_stack_is_a_step_of_its_own() -> None:
    assert names(concluded(alarms=(Alarm("shop-health", "", NOW, None),)))[0] == "alarms"


def test_the_users_data_that_is_missing_is_explained_by_what_keeps_it_away() -> None:
    nothing = TableFacts({"TableStatus": "ACTIVE"}, None, 0)
    disabled = mapping(State="Disabled")

    cause, explained, _ = names(concluded(of=survey(user="ada"), facts={TABLE: nothing, MAPPING: disabled}))

    assert (cause, explained) == ("Mapping", ["ada"])


@pytest.mark.parametrize(
    ("facts", "health"),
    [
        ({}, Health.HEALTHY),
        ({STORE: NoAnswer("no answer within 30 s")}, Health.UNKNOWN),
        ({STORE: NoAnswer("not allowed", "AccessDenied", "lambda:GetFunctionConfiguration")}, Health.UNKNOWN),
        ({TABLE: TableFacts({"TableStatus": "ACTIVE"}, NoAnswer("slow"), None)}, Health.UNKNOWN),
        ({API: ApiFacts("prod", [ROUTE], {}, ["GET /orders wants an API key"], [])}, Health.HEALTHY),
        ({STORE: NoAnswer("no answer within 30 s"), DEAD: FULL}, Health.SICK),
    ],
)
def test_what_aws_does_not_answer_is_not_passed_off_as_healthy(facts, health) -> None:
    assert exit_health(concluded(facts=facts)) is health


def test_a_template_that_cannot_be_read_is_said() -> None:
    diagnosis = concluded(of=survey(templates={"shop": NoAnswer("the template of shop is neither JSON nor YAML")}))

    assert [step.name for step in diagnosis.steps if step.health is Health.UNKNOWN] == ["shop"]
    assert exit_health(diagnosis) is Health.UNKNOWN


def test_steps_come_in_the_order_of_the_flow_whatever_the_template_says() -> None:
    backwards = survey(resources=tuple(reversed(ALL)))
    steps = [step.name for step in concluded(of=backwards).steps]

    for path in (("Api", "Take", "Stream", "Mapping", "Store", "Table"), ("Mapping", "Dead"), ("Rule", "Machine")):
        assert sorted(path, key=steps.index) == list(path)


def test_a_flow_that_goes_round_ends() -> None:
    circle = [Link(TAKE, STREAM), Link(STREAM, STORE), Link(STORE, TAKE)]
    flow = Flow([TAKE, STREAM, STORE], circle)

    assert flow.ordered() == [TAKE, STREAM, STORE]
    assert flow.downstream(TAKE) == {STREAM, STORE}


def test_a_long_flow_is_no_deep_recursion() -> None:
    chain = [Resource("shop", "AWS::SQS::Queue", f"Q{number}", f"Q{number}", "") for number in range(5000)]
    links = [Link(one, other) for one, other in pairwise(chain)]

    assert Flow(list(reversed(chain)), links).ordered() == chain


def test_every_step_of_the_good_day_is_judged() -> None:
    assert {step.resource for step in concluded().steps if step.resource} == set(good_day())
