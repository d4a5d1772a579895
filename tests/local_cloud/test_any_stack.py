"""The line is added to a deployed stack and taken away again, by the real CDK CLI and CloudFormation's own diff."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from demo.deployment import Cdk, Deployment
from demo.local_aws import LocalAws
from demo.ministack import CHECKOUT, ministack
from tests.harness.sink import Sink
from tests.local_cloud.conftest import DSN_PARAMETER

pytestmark = pytest.mark.xdist_group("local_cloud_any_stack")

FUNCTIONS = ("Orders", "Payments", "Aliased", "Inner")


class NestedCdk(Cdk):
    """Deploys nested_app.py."""

    arguments = ""

    def _app_options(self) -> list[str]:
        app = Path(__file__).with_name("nested_app.py")
        python = os.environ.get("CDK_SENTRY_TEST_PYTHON", str(CHECKOUT / ".venv" / "bin" / "python"))
        return [*super()._app_options(), "--app", f"{python} {app} {self.arguments}".strip()]


@dataclass(frozen=True)
class State:
    """What is deployed after one step."""

    resources: dict[tuple[str, str], int]
    functions: dict[str, dict[str, Any]]
    answers: dict[str, Any]


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[State]]:
    """Without the line, with it, and without it again."""
    work = tmp_path_factory.mktemp("any-stack")
    with Sink() as sentry, ministack(work) as running:
        running.aws.client("ssm").put_parameter(Name=DSN_PARAMETER, Value=sentry.dsn, Type="String")
        cdk = NestedCdk(running.aws, work)
        cdk.bootstrap()
        found = []
        for cdk.arguments in ("", "monitored", ""):
            cdk.deploy()
            found.append(state(running.aws))
        yield found


def state(aws: LocalAws) -> State:
    deployment = Deployment(aws)
    client = aws.client("lambda")
    names = {
        wanted: next(
            each.physical_id
            for each in deployment.of_kind("AWS::Lambda::Function")
            if each.logical_id.startswith(wanted)
        )
        for wanted in FUNCTIONS
    }
    resources: dict[tuple[str, str], int] = {}
    for each in deployment.resources:
        key = (each.stack.split("-Nested")[0], each.kind)
        resources[key] = resources.get(key, 0) + 1
    return State(
        resources,
        {wanted: client.get_function_configuration(FunctionName=name) for wanted, name in names.items()},
        {
            wanted: json.loads(
                client.invoke(FunctionName=name, Payload=json.dumps({"question": 21}).encode())["Payload"].read()
            )
            for wanted, name in {**names, "Alias": f"{names['Aliased']}:live"}.items()
        },
    )


def test_every_function_answers_the_same_at_every_step(states):
    for each in states:
        assert each.answers == {key: {"answer": 42} for key in (*FUNCTIONS, "Alias")}


def test_the_line_instruments_every_function_the_nested_one_too(states):
    _, monitored, _ = states
    for function in monitored.functions.values():
        assert function["Handler"] == "cdk_sentry_layer.bootstrap.handler"
        assert function["Environment"]["Variables"]["SENTRY_DSN"].startswith("http")
        assert len(function["Layers"]) == 1


def test_alarms_are_deployed_in_a_nested_stack(states):
    alarms = [stack for stack, kind in states[1].resources if kind == "AWS::CloudWatch::Alarm"]
    assert any("Alarms" in stack for stack in alarms)


def test_taking_the_line_away_restores_every_function_and_leaves_nothing_behind(states):
    before, _, after = states
    for name in FUNCTIONS:
        for key in ("FunctionName", "Handler", "Environment", "Role", "Runtime", "Layers"):
            assert after.functions[name].get(key) == before.functions[name].get(key), (name, key)
    assert after.resources == before.resources
