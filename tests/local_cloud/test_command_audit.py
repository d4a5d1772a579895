"""`cdk-sentry audit` on the local cloud: functions edited by hand after the real CDK CLI has deployed them.

Each function is spoiled in one way, and the audit must say of each what was done to it, and nothing else.
"""

import io
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cdk_sentry.cli.audit import COMMAND
from demo.deployment import Cdk, Deployment
from demo.local_aws import REGION
from demo.ministack import CHECKOUT, ministack
from tests.harness.run import Run
from tests.local_cloud.audited_app import (
    MISSING_DSN,
    MONITORED,
    NESTED,
    SECRET_DSN,
    SECRET_FIELD,
    SECURE_DSN,
    STACK,
)
from tests.local_cloud.command import run, run_here
from tests.local_cloud.conftest import DSN_PARAMETER
from tests.local_cloud.limited_user import as_named_here, limited_user

pytestmark = pytest.mark.xdist_group("local_cloud_audit")

DSN = "http://hush@127.0.0.1:9/1"
PUBLIC_LAYER = f"arn:aws:lambda:{REGION}:943013980633:layer:SentryPythonServerlessSDK:123"
PYTHON = os.environ.get("CDK_SENTRY_TEST_PYTHON", str(CHECKOUT / ".venv" / "bin" / "python"))

# What the audit must say of each function, and nothing else.
EXPECTED = {name: dict[str, str]() for name in (*MONITORED, "SecureDsn", "SecretDsn", "SentryForwarderFunction")} | {
    "VariablesRemoved": {"dsn": "error", "environment": "warning", "release": "warning", "drift": "warning"},
    "LayerRemoved": {"monitored": "error", "drift": "warning"},
    "HandlerEdited": {"monitored": "error", "drift": "warning"},
    "TimeoutEdited": {"drift": "warning"},
    "ReleaseEdited": {"same-release": "warning", "drift": "warning"},
    "RateEdited": {"sample-rate": "warning", "drift": "warning"},
    "AlarmDeleted": {"alarms": "error"},
    "AlarmSilenced": {"alarm-actions": "error"},
    "AlarmOn": {"alarm-state": "warning"},
    "GroupDeleted": {"log-group": "error", "log-subscription": "error"},
    "RetentionRemoved": {"log-retention": "warning"},
    "Unsubscribed": {"log-subscription": "error"},
    "MissingDsn": {"dsn": "error"},
    # Its log group is Lambda's own, which nobody has given a retention.
    NESTED: {"log-retention": "warning"},
    "LeftOut": {"monitored": "warning", "alarms": "warning"},
}
BY_HAND = {
    "by-hand": {"monitored": "warning", "alarms": "warning", "log-group": "warning"},
    "by-sentrys-layer": {"layer-version": "unknown", "alarms": "warning", "log-group": "warning"},
}


class AuditedCdk(Cdk):
    """Deploys audited_app.py."""

    def _app_options(self) -> list[str]:
        app = Path(__file__).with_name("audited_app.py")
        return [*super()._app_options(), "--app", f"{PYTHON} {app}"]


def found(run: Run) -> dict[str, dict[str, str]]:
    """Of each function, by its logical id or name, the checks that are not content."""
    return {
        function["logical_id"][:-8] if function["logical_id"] else function["name"]: {
            each["check"]: each["severity"] or each["status"] for each in function["answers"] if each["status"] != "ok"
        }
        for function in run.document["functions"]
    }


@dataclass(frozen=True)
class Cloud:
    """The deployed functions, each spoiled in its way."""

    deployment: Deployment

    def client(self, service: str) -> Any:
        return self.deployment.aws.client(service)

    def configuration(self, logical_id: str) -> Any:
        return next(
            self.client("lambda").get_function_configuration(FunctionName=each.physical_id)
            for each in self.deployment.of_kind("AWS::Lambda::Function")
            if each.logical_id[:-8] == logical_id
        )

    def audit(self, *words: str) -> Run:
        return run(self.deployment.aws.environment(), "audit", *words)

    def spoil(self) -> None:
        """Does to each function what its name says."""
        functions, logs, alarms = self.client("lambda"), self.client("logs"), self.client("cloudwatch")

        def edit(name: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
            known = self.configuration(name)
            functions.update_function_configuration(FunctionName=known["FunctionName"], **change(known))

        def with_variable(**more: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
            return lambda known: {"Environment": {"Variables": {**known["Environment"]["Variables"], **more}}}

        edit("VariablesRemoved", lambda _: {"Environment": {"Variables": {}}})
        edit("LayerRemoved", lambda _: {"Layers": []})
        edit("HandlerEdited", lambda _: {"Handler": "doubles.handler"})
        edit("TimeoutEdited", lambda _: {"Timeout": 30})
        edit("ReleaseEdited", with_variable(SENTRY_RELEASE="shop@0"))
        edit("RateEdited", with_variable(SENTRY_SAMPLE_RATE="0"))
        alarms.delete_alarms(AlarmNames=[self._alarm("AlarmDeleted")])
        alarms.disable_alarm_actions(AlarmNames=[self._alarm("AlarmSilenced")])
        alarms.set_alarm_state(AlarmName=self._alarm("AlarmOn"), StateValue="ALARM", StateReason="for a test")
        logs.delete_log_group(logGroupName=self._group("GroupDeleted"))
        logs.delete_retention_policy(logGroupName=self._group("RetentionRemoved"))
        group = self._group("Unsubscribed")
        (subscription,) = logs.describe_subscription_filters(logGroupName=group)["subscriptionFilters"]
        logs.delete_subscription_filter(logGroupName=group, filterName=subscription["filterName"])

    def make_by_hand(self) -> None:
        """Two functions that no stack declares."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("shop.py", "def handler(event, context): return event\n")
        known = self.configuration("Fine")
        common = {"Runtime": "python3.13", "Role": known["Role"], "Code": {"ZipFile": packed.getvalue()}}
        client = self.client("lambda")
        client.create_function(FunctionName="by-hand", Handler="shop.handler", **common)
        client.create_function(
            FunctionName="by-sentrys-layer",
            Handler="sentry_sdk.integrations.init_serverless_sdk.sentry_lambda_handler",
            Layers=[PUBLIC_LAYER],
            Environment={
                "Variables": {
                    "SENTRY_INITIAL_HANDLER": "shop.handler",
                    "SENTRY_DSN": DSN,
                    "SENTRY_TRACES_SAMPLE_RATE": "0.1",
                    "SENTRY_ENVIRONMENT": "local",
                    "SENTRY_RELEASE": "shop@1",
                }
            },
            **common,
        )

    def _alarm(self, logical_id: str) -> str:
        name = self.configuration(logical_id)["FunctionName"]
        found = self.client("cloudwatch").describe_alarms()["MetricAlarms"]
        return next(
            str(each["AlarmName"])
            for each in found
            if {"Name": "FunctionName", "Value": name} in each.get("Dimensions", ())
        )

    def _group(self, logical_id: str) -> str:
        return str(self.configuration(logical_id)["LoggingConfig"]["LogGroup"])


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    work = tmp_path_factory.mktemp("audit")
    with ministack(work) as running:
        for name, kind in ((DSN_PARAMETER, "String"), (SECURE_DSN, "SecureString")):
            running.aws.client("ssm").put_parameter(Name=name, Value=DSN, Type=kind)
        secret = json.dumps({SECRET_FIELD: DSN})
        running.aws.client("secretsmanager").create_secret(Name=SECRET_DSN, SecretString=secret)
        cdk = AuditedCdk(running.aws, work)
        cdk.bootstrap()
        cdk.deploy()
        yield Cloud(Deployment(running.aws))


@pytest.fixture(scope="module")
def untouched(cloud: Cloud) -> Run:
    """What is said before anybody has done anything."""
    return cloud.audit("--stack", STACK, "--json")


@pytest.fixture(scope="module")
def spoiled(cloud: Cloud, untouched: Run) -> Cloud:
    cloud.spoil()
    cloud.make_by_hand()
    return cloud


def test_a_deployment_that_nobody_has_touched_has_little_to_say(untouched: Run) -> None:
    fresh = {name: EXPECTED[name] for name in ("MissingDsn", NESTED, "LeftOut")}
    assert found(untouched) == {name: fresh.get(name, {}) for name in EXPECTED}


@pytest.fixture(scope="module")
def of_stack(spoiled: Cloud) -> Run:
    return spoiled.audit("--stack", STACK, "--json")


@pytest.fixture(scope="module")
def of_account(spoiled: Cloud) -> Run:
    return spoiled.audit("--all", "--json")


@pytest.mark.parametrize("name", EXPECTED)
def test_what_was_done_to_a_function_is_said_and_nothing_else(of_stack: Run, name: str) -> None:
    assert found(of_stack)[name] == EXPECTED[name]


def test_errors_end_with_code_1_and_are_told_in_words_without_secrets(spoiled: Cloud, of_stack: Run) -> None:
    told = spoiled.audit("--stack", STACK)
    assert (told.code, of_stack.code) == (1, 1)
    assert told.err == ""
    assert "Timeout is 30, template says 3" in told.out
    assert MISSING_DSN in told.out
    assert "hush" not in told.out + of_stack.out
    assert spoiled.audit("--stack", STACK, "--fail-on", "never").code == 0


def test_the_whole_account_has_the_functions_of_no_stack_too(of_account: Run) -> None:
    assert found(of_account) == EXPECTED | BY_HAND


@pytest.fixture
def rotated_dsn(spoiled: Cloud) -> Iterator[None]:
    """Another DSN in the parameter than the functions were deployed with."""
    ssm = spoiled.client("ssm")
    ssm.put_parameter(Name=DSN_PARAMETER, Value="http://rotated@127.0.0.1:9/1", Overwrite=True)
    yield
    ssm.put_parameter(Name=DSN_PARAMETER, Value=DSN, Overwrite=True)


@pytest.mark.usefixtures("rotated_dsn")
def test_a_dsn_that_was_rotated_after_the_deployment_is_named(spoiled: Cloud) -> None:
    told = run_here(spoiled.deployment.aws.environment(), "audit", "--stack", STACK, "--json")
    read_later = {"SecureDsn", "SecretDsn", "MissingDsn"}
    without = {"VariablesRemoved", "LeftOut"}
    assert {name for name, checks in found(told).items() if "dsn-current" in checks} == (
        EXPECTED.keys() - read_later - without
    )
    assert "rotated@" not in told.out


def test_what_it_says_that_it_needs_is_enough(spoiled: Cloud, of_stack: Run, of_account: Run) -> None:
    with limited_user(spoiled.deployment.aws, "auditor", COMMAND.permissions) as environment:
        stack_run = run_here(environment, "audit", "--stack", STACK, "--json")
        account_run = run_here(environment, "audit", "--all", "--json")
    assert (stack_run.err, stack_run.out) == ("", of_stack.out)
    assert (account_run.err, account_run.out) == ("", of_account.out)


@pytest.mark.parametrize(
    "action", sorted({action for permission in COMMAND.permissions for action in permission.actions})
)
def test_each_of_it_is_needed_and_named_when_it_is_missing(spoiled: Cloud, action: str) -> None:
    name = action.replace(":", "-")
    with limited_user(spoiled.deployment.aws, name, COMMAND.permissions, without=[action]) as environment:
        refused = run_here(environment, "audit", "--stack", STACK, "--json")
    assert refused.code == 2
    (line,) = refused.err.splitlines()
    assert as_named_here(action) in line


def test_a_stack_that_is_not_there_is_one_line(cloud: Cloud) -> None:
    refused = cloud.audit("--stack", "audited-locale")
    assert (refused.code, refused.out) == (2, "")
    assert STACK in refused.err
