"""Every other kind of step in a stack that knows nothing of the kit, and what the command must be allowed in IAM."""

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cdk_sentry.cli.diagnose import COMMAND
from demo.deployment import Cdk, Deployment
from demo.local_aws import LocalAws
from demo.ministack import CHECKOUT
from demo.waiting import wait_until
from tests.harness.run import Run
from tests.local_cloud import diagnosed_app
from tests.local_cloud.command import run_here
from tests.local_cloud.diagnosed import STACK, Sample, deployed_sample, diagnose
from tests.local_cloud.limited_user import as_named_here, limited_user

pytestmark = pytest.mark.xdist_group("local_cloud_diagnose_any_stack")

WAIT_S = 30.0
ACTIONS = sorted({action for permission in COMMAND.permissions for action in permission.actions})
# The sample has nothing that they are asked for.
OF_THE_OTHER_STACK = {
    "events:DescribeRule",
    "events:ListTargetsByRule",
    "kms:DescribeKey",
    "states:DescribeStateMachine",
    "states:ListExecutions",
}


class OrdersCdk(Cdk):
    """Deploys diagnosed_app.py."""

    def _app_options(self) -> list[str]:
        python = os.environ.get("CDK_SENTRY_TEST_PYTHON", str(CHECKOUT / ".venv" / "bin" / "python"))
        return [*super()._app_options(), "--app", f"{python} {diagnosed_app.__file__}"]


@dataclass(frozen=True)
class Orders:
    """The other stack."""

    aws: LocalAws
    deployment: Deployment
    undo: ExitStack

    def client(self, service: str) -> Any:
        return self.aws.client(service)

    def id_of(self, kind: str, name: str = "") -> str:
        return self.deployment.one(f"AWS::{kind}", name).physical_id

    def function(self, name: str) -> str:
        found = (each for each in self.deployment.of_kind("AWS::Lambda::Function") if each.logical_id.startswith(name))
        return next(found).physical_id

    def diagnose(self, since: datetime) -> Run:
        return diagnose(self.aws, diagnosed_app.STACK, since)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    with deployed_sample(tmp_path_factory.mktemp("diagnosed-any")) as deployed:
        yield deployed


@pytest.fixture(scope="module")
def deployed_orders(sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    work = tmp_path_factory.mktemp("orders")
    OrdersCdk(sample.aws, work).deploy()
    return Deployment(sample.aws)


@pytest.fixture
def orders(sample: Sample, deployed_orders: Deployment) -> Iterator[Orders]:
    with ExitStack() as undo:
        yield Orders(sample.aws, deployed_orders, undo)


@pytest.fixture
def since() -> datetime:
    return datetime.now(UTC) - timedelta(milliseconds=1)


def said_of(run: Run) -> tuple[str, str, str]:
    verdict = run.document["verdict"]
    assert verdict is not None, run.out
    return verdict["what"], verdict["step"], verdict["id"]


def test_its_steps_come_in_the_order_in_which_data_flows(orders, since):
    run = orders.diagnose(since)

    steps = [step["step"] for step in run.document["steps"]]
    assert run.code == 0, run.out
    for path in (
        ("Topic", "Take", "Queue", "Store/SqsEventSource", "Store", "Table", "Ask"),
        ("Daily", "Machine", "Nested/Close"),
        ("Queue", "Dead"),
        ("Api", "Ask"),
    ):
        assert sorted(path, key=steps.index) == list(path)


def test_a_rule_that_is_disabled_is_named(orders, since):
    events, rule = orders.client("events"), orders.id_of("Events::Rule")
    events.disable_rule(Name=rule)
    orders.undo.callback(events.enable_rule, Name=rule)

    run = orders.diagnose(since)

    assert said_of(run) == ("rule", "Daily", "disabled")
    assert run.document["verdict"]["next_command"] == f"aws events enable-rule --name {rule}"


def test_a_function_behind_a_state_machine_that_fails_is_named(orders, since):
    client, close = orders.client("lambda"), orders.function("Close")
    client.put_function_concurrency(FunctionName=close, ReservedConcurrentExecutions=0)
    orders.undo.callback(client.delete_function_concurrency, FunctionName=close)
    states, machine = orders.client("stepfunctions"), orders.id_of("StepFunctions::StateMachine")
    execution = states.start_execution(stateMachineArn=machine)["executionArn"]
    wait_until(
        lambda: states.describe_execution(executionArn=execution)["status"] == "FAILED",
        what="the execution to fail",
        timeout_s=WAIT_S,
    )

    run = orders.diagnose(since)

    assert said_of(run) == ("function", "Nested/Close", "switched-off")
    assert run.document["verdict"]["explains"] == ["Machine"]


def test_a_key_that_is_disabled_is_named(orders, since):
    kms, key = orders.client("kms"), orders.id_of("KMS::Key", "OwnKey")
    kms.disable_key(KeyId=key)
    orders.undo.callback(kms.enable_key, KeyId=key)

    run = orders.diagnose(since)

    assert said_of(run) == ("queue", "Queue", "key-unusable")
    assert run.document["verdict"]["next_command"] == f"aws kms enable-key --key-id {key}"


def test_a_queue_that_nobody_takes_from_is_named(orders, since):
    sqs, queue = orders.client("sqs"), orders.id_of("SQS::Queue", "Dead")
    sqs.send_message(QueueUrl=queue, MessageBody="an order that failed three times")
    orders.undo.callback(sqs.purge_queue, QueueUrl=queue)

    assert said_of(orders.diagnose(since)) == ("queue", "Dead", "holds-messages")


def test_a_consumer_of_a_queue_that_is_disabled_is_named(orders, since):
    client, mapping = orders.client("lambda"), orders.id_of("Lambda::EventSourceMapping", "Store")
    client.update_event_source_mapping(UUID=mapping, Enabled=False)
    orders.undo.callback(client.update_event_source_mapping, UUID=mapping, Enabled=True)

    assert said_of(orders.diagnose(since)) == ("delivery", "Store/SqsEventSource", "disabled")


def test_a_subscriber_that_may_not_be_called_is_named(orders, since):
    client, take = orders.client("lambda"), orders.function("Take")
    (statement,) = json.loads(client.get_policy(FunctionName=take)["Policy"])["Statement"]
    client.remove_permission(FunctionName=take, StatementId=statement["Sid"])
    orders.undo.callback(
        client.add_permission,
        FunctionName=take,
        StatementId=statement["Sid"],
        Action=statement["Action"],
        Principal=statement["Principal"]["Service"],
    )

    assert said_of(orders.diagnose(since)) == ("function", "Take", "callers-missing")


def test_an_http_api_whose_function_fails_names_the_function(orders, since):
    client, ask = orders.client("lambda"), orders.function("Ask")
    client.update_function_configuration(FunctionName=ask, Handler="index.nothing")
    orders.undo.callback(client.update_function_configuration, FunctionName=ask, Handler="index.handler")

    what, step, _ = said_of(orders.diagnose(since))

    assert (what, step) == ("function", "Ask")


def run_as(user: dict[str, str], stack: str) -> Run:
    since = (datetime.now(UTC) - timedelta(milliseconds=1)).isoformat()
    return run_here(user, "diagnose", "--stack", stack, "--since", since, "--user", "ada", "--json")


@pytest.mark.parametrize("stack", [STACK, diagnosed_app.STACK])
def test_the_documented_policy_is_enough(sample, deployed_orders, stack):
    with limited_user(sample.aws, f"reads-{stack}", COMMAND.permissions) as user:
        run = run_as(user, stack)

    assert run.err == ""
    assert run.document["denied_actions"] == []
    assert all(step["health"] != "unknown" for step in run.document["steps"])


@pytest.mark.parametrize("action", ACTIONS)
def test_without_one_action_the_command_names_it_in_one_line(sample, deployed_orders, action):
    stack = diagnosed_app.STACK if action in OF_THE_OTHER_STACK else STACK
    name = action.replace(":", "-")
    with limited_user(sample.aws, name, COMMAND.permissions, without=[action]) as user:
        run = run_as(user, stack)

    assert as_named_here(action) in run.err
    assert run.err.count("\n") == 1
    # Nothing is sick, but that cannot be known; only what is missing for the user itself is found nevertheless.
    assert run.code == 2 or run.document["verdict"]["id"] == "no-data"
