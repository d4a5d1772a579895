"""The custom resource that subscribes the forwarder, with a CloudWatch Logs that counts and refuses as AWS's does."""

import json
from dataclasses import dataclass, field
from typing import Any, Self

import pytest
from botocore.exceptions import ClientError
from cdk_sentry_forwarder import aws, subscriptions

from tests.harness.http_server import LOOPBACK, Connection, ThreadedServer

MAX_SUBSCRIPTIONS = 2
PATTERN = "%Runtime\\sexited%"


@dataclass
class CloudWatchLogs:
    """Log groups with their subscriptions by name, and what boto3's client does with them."""

    groups: dict[str, dict[str, str]] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)

    def create_log_group(self, *, logGroupName: str) -> None:  # noqa: N803
        if logGroupName in self.groups:
            raise error("ResourceAlreadyExistsException")
        self.groups[logGroupName] = {}

    def put_subscription_filter(self, **request: str) -> None:
        group = self._group(request["logGroupName"])
        if len(group) >= MAX_SUBSCRIPTIONS and request["filterName"] not in group:
            raise error("LimitExceededException")
        group[request["filterName"]] = request["filterPattern"]

    def delete_subscription_filter(self, *, logGroupName: str, filterName: str) -> None:  # noqa: N803
        if filterName not in self._group(logGroupName):
            raise error("ResourceNotFoundException")
        del self._group(logGroupName)[filterName]

    def _group(self, name: str) -> dict[str, str]:
        if name in self.refused:
            raise error("AccessDeniedException")
        if name not in self.groups:
            raise error("ResourceNotFoundException")
        return self.groups[name]


def error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "as AWS says"}}, "Operation")


class CloudFormation:
    """Takes the answers of custom resources."""

    def __init__(self) -> None:
        self.answers: list[dict[str, Any]] = []
        self._server = ThreadedServer(self._serve, "cloudformation", None)

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()

    def ask(
        self, request: str, groups: list[str], *, before: list[str] | None = None, name: str = "faults"
    ) -> dict[str, Any]:
        event: dict[str, Any] = {
            "RequestType": request,
            "ResponseURL": f"http://{LOOPBACK}:{self._server.port}/answer",
            "StackId": "arn:aws:cloudformation:eu-central-1:0:stack/shop/1",
            "RequestId": "r1",
            "LogicalResourceId": "LogSubscriptions",
            "ResourceProperties": properties(groups, name),
        }
        if before is not None:
            event["OldResourceProperties"] = properties(before, "faults")
        subscriptions.handler(event, None)
        return self.answers[-1]

    def _serve(self, connection: Connection) -> None:
        while (request := connection.read_request()) is not None:
            self.answers.append(json.loads(request.body))
            connection.send(200)


def properties(groups: list[str], name: str) -> dict[str, Any]:
    return {
        "ServiceToken": "arn",
        "DestinationArn": "arn:forwarder",
        "FilterName": name,
        "Subscriptions": [{"FilterPattern": PATTERN, "LogGroups": groups}],
    }


@pytest.fixture
def logs(monkeypatch):
    local = CloudWatchLogs()
    monkeypatch.setattr(aws, "patient_client", lambda _service: local)
    monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)
    return local


@pytest.fixture
def cloudformation():
    with CloudFormation() as running:
        yield running


def test_a_group_that_is_not_there_is_made_and_one_that_is_there_is_taken_as_it_is(logs, cloudformation) -> None:
    logs.groups["old"] = {"somebody": "%x%"}

    answer = cloudformation.ask("Create", ["old", "new"])

    assert answer["Status"] == "SUCCESS"
    assert logs.groups == {"old": {"somebody": "%x%", "faults": PATTERN}, "new": {"faults": PATTERN}}


def test_a_group_without_a_place_is_left_out_and_the_deployment_goes_on(logs, cloudformation, capsys) -> None:
    logs.groups["full"] = {"one": "", "two": ""}

    answer = cloudformation.ask("Create", ["full", "new"])

    assert answer["Status"] == "SUCCESS"
    assert "full" in answer["Reason"]
    assert "full has 2 subscriptions already" in capsys.readouterr().out
    assert logs.groups == {"full": {"one": "", "two": ""}, "new": {"faults": PATTERN}}


def test_an_update_subscribes_what_came_and_unsubscribes_what_went(logs, cloudformation) -> None:
    cloudformation.ask("Create", ["stays", "goes", "deleted"])
    del logs.groups["deleted"]

    answer = cloudformation.ask("Update", ["stays", "comes"], before=["stays", "goes", "deleted"])

    assert answer["Status"] == "SUCCESS"
    assert logs.groups == {"stays": {"faults": PATTERN}, "goes": {}, "comes": {"faults": PATTERN}}


def test_an_update_of_the_name_leaves_no_second_subscription(logs, cloudformation) -> None:
    logs.groups["group"] = {"somebody": ""}
    cloudformation.ask("Create", ["group"])

    cloudformation.ask("Update", ["group"], before=["group"], name="renamed")

    assert logs.groups == {"group": {"somebody": "", "renamed": PATTERN}}


def test_a_deletion_takes_the_subscriptions_and_leaves_the_groups(logs, cloudformation) -> None:
    logs.groups["old"] = {"somebody": ""}
    cloudformation.ask("Create", ["old", "new"])
    logs.groups["old"].pop("faults")

    answer = cloudformation.ask("Delete", ["old", "new", "never was"])

    assert answer["Status"] == "SUCCESS"
    assert logs.groups == {"old": {"somebody": ""}, "new": {}}


def test_what_aws_refuses_fails_the_deployment_at_once_and_says_why(logs, cloudformation) -> None:
    logs.refused.add("secret")

    answer = cloudformation.ask("Create", ["secret"])

    assert answer["Status"] == "FAILED"
    assert "AccessDeniedException" in answer["Reason"]
    assert answer["PhysicalResourceId"]


def test_the_resource_keeps_its_identity_whatever_changes(logs, cloudformation) -> None:
    created = cloudformation.ask("Create", ["a"])
    updated = cloudformation.ask("Update", ["b"], before=["a"])

    assert created["PhysicalResourceId"] == updated["PhysicalResourceId"]


def test_an_answer_is_within_the_4_kb_that_cloudformation_takes(logs, cloudformation) -> None:
    names = [f"/aws/lambda/{number:060}" for number in range(240)]
    logs.groups.update({name: {"one": "", "two": ""} for name in names})

    answer = cloudformation.ask("Create", names)

    assert answer["Status"] == "SUCCESS"
    assert len(json.dumps(answer)) < 4096
