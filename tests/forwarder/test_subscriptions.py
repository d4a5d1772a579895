"""The custom resource that subscribes the forwarder, with a CloudWatch Logs that counts and refuses as AWS's does."""

import json
import time
from dataclasses import dataclass, field
from typing import Any, Self

import pytest
from botocore.exceptions import ClientError
from cdk_sentry_forwarder import aws, subscriptions

from tests.harness.http_server import LOOPBACK, Connection, ThreadedServer

FORWARDER = "arn:forwarder"
MAX_SUBSCRIPTIONS = 2
PATTERN = "%Runtime\\sexited%"


@dataclass
class CloudWatchLogs:
    """Log groups with their subscriptions by name, and what boto3's client does with them."""

    groups: dict[str, dict[str, str]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    not_yet: list[str] = field(default_factory=list)
    destinations: dict[tuple[str, str], str] = field(default_factory=dict)

    def create_log_group(self, *, logGroupName: str) -> None:  # noqa: N803
        if logGroupName in self.groups:
            raise error("ResourceAlreadyExistsException")
        self.groups[logGroupName] = {}

    def put_subscription_filter(self, **request: str) -> None:
        group = self._group(request["logGroupName"])
        if self.not_yet:
            raise error(self.not_yet.pop())
        if len(group) >= MAX_SUBSCRIPTIONS and request["filterName"] not in group:
            raise error("LimitExceededException")
        group[request["filterName"]] = request["filterPattern"]
        self.destinations[request["logGroupName"], request["filterName"]] = request["destinationArn"]

    def describe_subscription_filters(self, *, logGroupName: str, filterNamePrefix: str) -> Any:  # noqa: N803
        names = [each for each in self._group(logGroupName) if each.startswith(filterNamePrefix)]
        found = [{"filterName": each, "destinationArn": self.destinations.get((logGroupName, each))} for each in names]
        return {"subscriptionFilters": found}

    def delete_subscription_filter(self, *, logGroupName: str, filterName: str) -> None:  # noqa: N803
        if filterName not in self._group(logGroupName):
            raise error("ResourceNotFoundException")
        del self._group(logGroupName)[filterName]

    def _group(self, name: str) -> dict[str, str]:
        if name in self.refused:
            raise error(self.refused[name])
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
        self,
        request: str,
        groups: list[str],
        *,
        before: list[str] | None = None,
        name: str = "faults",
        concurrency: str | None = None,
        concurrency_before: str | None = None,
        destination: str = FORWARDER,
    ) -> dict[str, Any]:
        event: dict[str, Any] = {
            "RequestType": request,
            "ResponseURL": f"http://{LOOPBACK}:{self._server.port}/answer",
            "StackId": "arn:aws:cloudformation:eu-central-1:0:stack/shop/1",
            "RequestId": "r1",
            "LogicalResourceId": "LogSubscriptions",
            "ResourceProperties": properties(groups, name, concurrency, destination),
        }
        if before is not None:
            event["OldResourceProperties"] = properties(before, "faults", concurrency_before)
        subscriptions.handler(event, None)
        return self.answers[-1]

    def _serve(self, connection: Connection) -> None:
        while (request := connection.read_request()) is not None:
            self.answers.append(json.loads(request.body))
            connection.send(200)


@dataclass
class Concurrency:
    """What boto3's client of Lambda does with the concurrency of the forwarder."""

    reserved: int | None = None
    refuses: bool = False

    def put_function_concurrency(self, *, FunctionName: str, ReservedConcurrentExecutions: int) -> None:  # noqa: N803
        assert FunctionName == FORWARDER
        if self.refuses:
            raise error("InvalidParameterValueException")
        self.reserved = ReservedConcurrentExecutions

    def delete_function_concurrency(self, *, FunctionName: str) -> None:  # noqa: N803
        assert FunctionName == FORWARDER
        self.reserved = None


def properties(groups: list[str], name: str, concurrency: str | None, destination: str = FORWARDER) -> dict[str, Any]:
    return {
        "ServiceToken": "arn",
        "DestinationArn": destination,
        "FilterName": name,
        "Subscriptions": [{"FilterPattern": PATTERN, "LogGroups": groups}],
        **({"ReservedConcurrency": concurrency} if concurrency else {}),
    }


@pytest.fixture(autouse=True)
def waits(monkeypatch):
    """The seconds that were waited, without waiting them."""
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    return waited


@pytest.fixture
def concurrency(monkeypatch):
    local = Concurrency()
    monkeypatch.setattr(aws, "client", lambda _service: local)
    return local


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
    assert "faults in full are not reported" in capsys.readouterr().out
    assert logs.groups == {"full": {"one": "", "two": ""}, "new": {"faults": PATTERN}}


def test_an_update_subscribes_what_came_and_unsubscribes_what_went(logs, cloudformation) -> None:
    cloudformation.ask("Create", ["stays", "goes", "deleted"])
    del logs.groups["deleted"]

    answer = cloudformation.ask("Update", ["stays", "comes"], before=["stays", "goes", "deleted"])

    assert answer["Status"] == "SUCCESS"
    assert logs.groups == {"stays": {"faults": PATTERN}, "goes": {}, "comes": {"faults": PATTERN}}


def test_a_function_with_a_name_of_its_own_may_go_though_the_policy_has_forgotten_it(
    logs, cloudformation, capsys
) -> None:
    """CloudFormation updates the policy, which names the functions that there are, before it calls the resource."""
    cloudformation.ask("Create", ["stays", "goes"])
    logs.refused["goes"] = "AccessDeniedException"

    answer = cloudformation.ask("Update", ["stays"], before=["stays", "goes"])

    assert answer["Status"] == "SUCCESS"
    assert "not allowed to take the subscription away: goes" in answer["Reason"]
    assert "goes stays subscribed" in capsys.readouterr().out


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


def test_a_forwarder_that_moves_takes_the_subscriptions_with_it(logs, cloudformation) -> None:
    """CloudFormation makes the new resource first, then deletes the old; a group has room for one of them only."""
    logs.groups["group"] = {"somebody": ""}
    cloudformation.ask("Create", ["group"])
    cloudformation.ask("Create", ["group"], destination="arn:moved")

    answer = cloudformation.ask("Delete", ["group"])

    assert answer["Status"] == "SUCCESS"
    assert logs.groups == {"group": {"somebody": "", "faults": PATTERN}}
    assert logs.destinations["group", "faults"] == "arn:moved"


def test_what_aws_refuses_fails_the_deployment_at_once_and_says_why(logs, cloudformation) -> None:
    logs.refused["secret"] = "AccessDeniedException"

    answer = cloudformation.ask("Create", ["secret"])

    assert answer["Status"] == "FAILED"
    assert "AccessDeniedException" in answer["Reason"]
    assert answer["PhysicalResourceId"]


def test_a_group_of_a_class_without_subscriptions_is_left_out_and_the_deployment_goes_on(logs, cloudformation) -> None:
    logs.refused["infrequent"] = "InvalidOperationException"

    answer = cloudformation.ask("Create", ["infrequent", "new"])

    assert answer["Status"] == "SUCCESS"
    assert "infrequent" in answer["Reason"]
    assert logs.groups == {"new": {"faults": PATTERN}}


@pytest.mark.parametrize("code", ["InvalidParameterException", "AccessDeniedException", "OperationAbortedException"])
def test_a_permission_that_is_not_known_everywhere_yet_is_waited_for(logs, cloudformation, waits, code) -> None:
    """CloudWatch Logs calls the forwarder before it subscribes it, moments after it was allowed to."""
    logs.not_yet = [code] * 3

    answer = cloudformation.ask("Create", ["new"])

    assert answer["Status"] == "SUCCESS"
    assert logs.groups == {"new": {"faults": PATTERN}}
    assert waits == [2, 4, 8]  # the first try made the group


def test_the_forwarder_is_bounded_where_the_account_has_something_to_reserve(logs, cloudformation, concurrency) -> None:
    answer = cloudformation.ask("Create", ["a"], concurrency="2")

    assert answer["Status"] == "SUCCESS"
    assert concurrency.reserved == 2


def test_an_account_with_nothing_to_reserve_is_deployed_to_all_the_same(logs, cloudformation, concurrency) -> None:
    """A new account may have 10 environments at once, and AWS refuses to leave fewer unreserved."""
    concurrency.refuses = True

    answer = cloudformation.ask("Create", ["a"], concurrency="2")

    assert answer["Status"] == "SUCCESS"
    assert "no concurrency reserved" in answer["Reason"]
    assert logs.groups == {"a": {"faults": PATTERN}}


def test_what_was_reserved_is_given_back_when_it_is_not_wanted_any_more(logs, cloudformation, concurrency) -> None:
    cloudformation.ask("Create", ["a"], concurrency="2")

    cloudformation.ask("Update", ["a"], before=["a"], concurrency_before="2")

    assert concurrency.reserved is None


def test_a_template_that_goes_leaves_the_bound_to_the_others(logs, cloudformation, concurrency) -> None:
    """Each nested stack with functions asks for the same."""
    cloudformation.ask("Create", ["a"], concurrency="2")
    cloudformation.ask("Create", ["b"], concurrency="2")

    cloudformation.ask("Delete", ["b"], concurrency="2")

    assert concurrency.reserved == 2


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
