"""Faults from outside on the local cloud: deployed by the real CDK CLI, in functions that really come to grief.

What the local cloud lacks is stood in for, and only that: it writes none of the platform's words about a fault into
the log, so the test puts those that AWS documents behind what the function logged; and it does not match the pattern
of a subscription, so the test looks whether its lines match (tests/forwarder/filter_pattern.py) and has everything
delivered. The rest is real: subscription, delivery, forwarder, its permissions, Sentry's protocol.
"""

import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from demo.deployment import Cdk, Deployment
from demo.local_aws import LocalAws
from demo.ministack import CHECKOUT, ministack
from demo.sentry_inbox import tags_of
from demo.waiting import wait_until
from tests.forwarder.filter_pattern import matches
from tests.harness.sink import Sink
from tests.local_cloud.conftest import DSN_PARAMETER
from tests.local_cloud.faults_app import RAN_BEFORE, UNMONITORED

pytestmark = pytest.mark.xdist_group("local_cloud_faults")

ARRIVES_WITHIN_S = 30.0
EARLIER = "logged before the kit came"

# What AWS writes into the log beside what the function logs; the sources are named in tests/forwarder/log_lines.
PLATFORM_LINES = {
    "Hangs": "2026-11-21T09:14:07.412Z {id} Task timed out after 2.00 seconds\n\n",
    "HangsUnseen": "2026-11-21T09:14:07.412Z {id} Task timed out after 1.00 seconds\n\n",
    "Dies": "RequestId: {id} Error: Runtime exited with error: signal: killed\nRuntime.ExitError",
    "Absent": "[ERROR] Runtime.ImportModuleError: Unable to import module 'absent': No module named 'nonesuch'\n"
    "Traceback (most recent call last):",
    "Rejects": "2026-11-21T09:14:07.412Z\t{id}\tERROR\tInvoke Error \t"
    '{{"errorType":"RangeError","errorMessage":"no such order","stack":["RangeError: no such order"]}}',
}
# The layer in the process tells of it, so AWS would not even deliver the line.
NOT_DELIVERED = {"Rejects"}


class FaultsCdk(Cdk):
    """Deploys faults_app.py."""

    arguments = ""

    def _app_options(self) -> list[str]:
        app = Path(__file__).with_name("faults_app.py")
        python = os.environ.get("CDK_SENTRY_TEST_PYTHON", str(CHECKOUT / ".venv" / "bin" / "python"))
        return [*super()._app_options(), "--app", f"{python} {app} {self.arguments}".strip()]


@dataclass(frozen=True)
class Cloud:
    """The deployed functions and the Sentry they report to."""

    cdk: FaultsCdk
    aws: LocalAws
    sentry: Sink

    @property
    def deployment(self) -> Deployment:
        """What is deployed now: one test deploys again."""
        return Deployment(self.aws)

    def client(self, service: str) -> Any:
        return self.aws.client(service)

    def function_name(self, logical_id: str) -> str:
        names = [
            each for each in self.deployment.of_kind("AWS::Lambda::Function") if each.logical_id[:-8] == logical_id
        ]
        assert len(names) == 1
        return names[0].physical_id

    def subscriptions(self, function_name: str) -> list[dict[str, Any]]:
        group = f"/aws/lambda/{function_name}"
        found = self.client("logs").describe_subscription_filters(logGroupName=group)["subscriptionFilters"]
        return list(found)

    def lines(self, group: str) -> list[tuple[str, str]]:
        """All lines of a log group with their streams."""
        events = self.client("logs").filter_log_events(logGroupName=group)["events"]
        return [(event["logStreamName"], event["message"]) for event in events]


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    work = tmp_path_factory.mktemp("faults")
    with Sink() as sentry, ministack(work) as running:
        running.aws.client("ssm").put_parameter(Name=DSN_PARAMETER, Value=sentry.dsn, Type="String")
        logs, group = running.aws.client("logs"), f"/aws/lambda/{RAN_BEFORE}"
        logs.create_log_group(logGroupName=group)
        logs.create_log_stream(logGroupName=group, logStreamName="earlier")
        put_line(logs, group, "earlier", EARLIER)
        cdk = FaultsCdk(running.aws, work)
        cdk.bootstrap()
        cdk.deploy()
        yield Cloud(cdk, running.aws, sentry)


@pytest.fixture(scope="module")
def faults(cloud: Cloud) -> dict[str, list[dict[str, Any]]]:
    """The events in Sentry of each function, after each was called once."""
    logs = cloud.client("logs")
    patterns = {}
    for name in [*PLATFORM_LINES, "Fine"]:
        function = RAN_BEFORE if name == "Fine" else cloud.function_name(name)
        (subscription,) = cloud.subscriptions(function)
        patterns[name] = subscription["filterPattern"]
        logs.put_subscription_filter(
            logGroupName=f"/aws/lambda/{function}",
            filterName=subscription["filterName"],
            filterPattern="",
            destinationArn=subscription["destinationArn"],
        )
    for name, line in PLATFORM_LINES.items():
        said = come_to_grief(cloud, cloud.function_name(name), line)
        assert matches(patterns[name], said) is (name not in NOT_DELIVERED)
    cloud.client("lambda").invoke(FunctionName=RAN_BEFORE, Payload=b"{}")
    # Once for what each function logged, and once for the platform's words about each fault.
    wait_for_deliveries(cloud, len(PLATFORM_LINES) * 2 + 1)
    events = as_sentry_keeps_them(cloud.sentry.events)
    return {
        name: [event for event in events if tags_of(event)["function_name"] == cloud.function_name(name)]
        for name in PLATFORM_LINES
    } | {"Fine": [event for event in events if tags_of(event)["function_name"] == RAN_BEFORE]}


def as_sentry_keeps_them(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first of each id: a timeout is told of by the layer and by the forwarder, under one id."""
    return list({event["event_id"]: event for event in reversed(events)}.values())[::-1]


def come_to_grief(cloud: Cloud, function: str, line: str) -> str:
    """Calls a function that fails, then says of it what AWS's platform says, and returns that."""
    answer = cloud.client("lambda").invoke(FunctionName=function, Payload=b"{}")
    assert answer["FunctionError"] == "Unhandled"
    group = f"/aws/lambda/{function}"
    wait_until(lambda: len(cloud.lines(group)) >= 3, what=f"the log of {function}", timeout_s=ARRIVES_WITHIN_S)
    stream, start = next(each for each in cloud.lines(group) if each[1].startswith("START "))
    said = line.format(id=start.split()[2])
    put_line(cloud.client("logs"), group, stream, said)
    return said


def put_line(logs: Any, group: str, stream: str, text: str) -> None:
    event = {"timestamp": int(time.time() * 1000), "message": text}
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[event])


def wait_for_deliveries(cloud: Cloud, count: int) -> None:
    """Waits until the forwarder is through with so many deliveries."""
    group = cloud.deployment.one("AWS::Logs::LogGroup", "ForwarderFunctionLogs").physical_id

    def reports() -> int:
        return sum(1 for _, message in cloud.lines(group) if message.startswith("REPORT "))

    wait_until(lambda: reports() >= count, what=f"{count} deliveries", timeout_s=ARRIVES_WITHIN_S)


@pytest.mark.parametrize("name", PLATFORM_LINES)
def test_each_function_that_comes_to_grief_is_one_event(faults, name) -> None:
    (event,) = faults[name]

    assert event["environment"] == "local"
    tags = tags_of(event)
    assert tags["service"] == "faults-local"
    vocabulary = {
        "function_name",
        "function_version",
        "memory_mb",
        "runtime",
        "architecture",
        "aws_region",
        "cold_start",
    }
    assert vocabulary <= tags.keys()


@pytest.mark.parametrize(
    ("name", "kind", "error_type"),
    [
        ("HangsUnseen", "timeout", "Sandbox.Timedout"),
        ("Dies", "exit", "Runtime.ExitError"),
    ],
)
def test_what_no_process_can_tell_is_told_by_the_forwarder(faults, name, kind, error_type) -> None:
    (event,) = faults[name]

    assert tags_of(event)["fault"] == kind
    assert event["exception"]["values"][0]["type"] == error_type
    assert "order 17" in [crumb["message"] for crumb in event["breadcrumbs"]["values"]]


@pytest.mark.parametrize(
    ("name", "error_type"), [("Hangs", "ServerlessTimeoutWarning"), ("Absent", "ModuleNotFoundError")]
)
def test_what_the_layer_has_told_the_forwarder_does_not_tell_again(faults, name, error_type) -> None:
    (event,) = faults[name]

    assert event["exception"]["values"][-1]["type"] == error_type
    assert "fault" not in tags_of(event)


def test_a_rejected_promise_is_told_by_its_type(faults) -> None:
    (event,) = faults["Rejects"]

    assert event["exception"]["values"][-1]["type"] == "RangeError"
    assert tags_of(event)["runtime"].startswith("node")


def test_a_function_that_does_its_work_is_no_event(faults) -> None:
    assert faults["Fine"] == []


def test_the_change_of_an_alarm_becomes_an_issue(cloud) -> None:
    """Nobody but CloudWatch may send events in its name: the rule is asked, and the forwarder called as it would."""
    name = "faults-local-SentryDiesErrors1A2B3C4D-1"
    event: dict[str, Any] = {
        "id": "c4c1c1c9-6542-e61b-6ef0-8c4d36933a92",
        "detail-type": "CloudWatch Alarm State Change",
        "source": "aws.cloudwatch",
        "account": "000000000000",
        "time": "2026-11-21T09:15:00Z",
        "region": "eu-central-1",
        "resources": [f"arn:aws:cloudwatch:eu-central-1:000000000000:alarm:{name}"],
        "detail": {
            "alarmName": name,
            "state": {"value": "ALARM", "reason": "Threshold Crossed", "reasonData": '{"recentDatapoints":[1.0]}'},
            "previousState": {"value": "OK"},
            "configuration": {"description": "invocations fail"},
        },
    }
    events = cloud.client("events")
    rule = events.describe_rule(Name=cloud.deployment.one("AWS::Events::Rule").physical_id)
    other = {**event, "detail": {**event["detail"], "alarmName": "other"}}
    for each, is_ours in ((event, True), (other, False)):
        answer = events.test_event_pattern(EventPattern=rule["EventPattern"], Event=json.dumps(each))
        assert answer["Result"] is is_ours

    forwarder = cloud.function_name("SentryForwarderFunction")
    cloud.client("lambda").invoke(FunctionName=forwarder, InvocationType="Event", Payload=json.dumps(event).encode())

    def alarms() -> list[dict[str, Any]]:
        return [each for each in cloud.sentry.events if "alarm_name" in tags_of(each)]

    cloud.sentry.wait_for(lambda: bool(alarms()), "an alarm", ARRIVES_WITHIN_S)
    (issue,) = alarms()
    assert tags_of(issue)["alarm_name"] == name
    assert issue["contexts"]["alarm"]["recent_datapoints"] == [1.0]


def test_without_the_line_the_subscriptions_go_and_the_logs_stay(cloud, faults) -> None:
    """Also of the function that had run before."""
    function = cloud.function_name("Dies")
    assert len(cloud.subscriptions(RAN_BEFORE)) == 1

    cloud.cdk.arguments = UNMONITORED
    cloud.cdk.deploy()
    try:
        assert cloud.subscriptions(RAN_BEFORE) == cloud.subscriptions(function) == []
        assert EARLIER in [message for _, message in cloud.lines(f"/aws/lambda/{RAN_BEFORE}")]
        assert "order 17" in [message for _, message in cloud.lines(f"/aws/lambda/{function}")]
    finally:
        cloud.cdk.arguments = ""
        cloud.cdk.deploy()
    assert len(cloud.subscriptions(RAN_BEFORE)) == 1
