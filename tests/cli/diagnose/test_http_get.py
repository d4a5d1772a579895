"""Requests to APIs: where they go, what they carry, and what is made of the answer or of none."""

import re
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from cdk_sentry.cli.diagnose.finding import Finding, Health
from cdk_sentry.cli.diagnose.http_get import Answer, base_url, filled, get
from cdk_sentry.cli.diagnose.parallel import NoAnswer
from cdk_sentry.cli.diagnose.probes.api import NOBODY, ApiFacts, Route
from cdk_sentry.cli.diagnose.probes.rest_api import RestApi
from cdk_sentry.cli.diagnose.survey import Requests, Survey
from cdk_sentry.cli.errors import CommandError
from tests.cli.diagnose.shop import API, ROUTE, StubbedAws, concluded, survey
from tests.harness.answer import Answer as Scripted
from tests.harness.aws_api import AwsApi

OPEN = replace(ROUTE, authorization="NONE")


@pytest.fixture
def api(aws_environment: None) -> Iterator[AwsApi]:
    with AwsApi(Scripted.json({"orders": []})) as server:
        yield server


class RoutesOfTest(RestApi):
    """An API whose routes the test says."""

    def __init__(self, *routes: Route) -> None:
        self.routes = routes

    def stage_and_routes(self, client: Any, api_id: str) -> tuple[str | None, list[Route]]:
        del client, api_id
        return "prod", list(self.routes)


def about(api: AwsApi, user: str = "", **requests: Any) -> Survey:
    url = next(iter(api.environment.values()))
    region = SimpleNamespace(meta=SimpleNamespace(region_name="eu-central-1", endpoint_url=url))
    aws = StubbedAws(apigateway=region, cloudformation=region)
    vars(aws)["session"] = boto3.Session()
    return survey(aws=aws, user=user, requests=Requests(**({"url": url} | requests)))


def look(api: AwsApi, *routes: Route, user: str = "", **requests: Any) -> ApiFacts:
    return RoutesOfTest(*routes).look(about(api, user, **requests), API)


def findings(facts: ApiFacts) -> list[Finding]:
    return list(next(step for step in concluded(facts={API: facts}).steps if step.resource == API).findings)


def test_the_user_takes_the_place_of_the_parameter_and_nothing_else_of_the_path() -> None:
    assert filled("/users/{user_id}/history", "ada") == "/users/ada/history"
    assert filled("/orders?user={user}", "ada lovelace") == "/orders?user=ada%20lovelace"
    assert filled("/users/{user_id}", "../admin?x=1") == "/users/..%2Fadmin%3Fx%3D1"


@pytest.mark.parametrize(
    ("endpoint", "stage", "url"),
    [
        ("https://apigateway.eu-central-1.amazonaws.com", "prod", "https://a1.execute-api.REGION.amazonaws.com/prod"),
        ("https://apigateway.cn-north-1.amazonaws.com.cn", "", "https://a1.execute-api.REGION.amazonaws.com.cn"),
        ("http://127.0.0.1:4566", "prod", "http://127.0.0.1:4566/_aws/execute-api/a1/prod"),
    ],
)
def test_an_api_is_asked_where_aws_or_the_emulator_has_it(endpoint, stage, url) -> None:
    client = SimpleNamespace(meta=SimpleNamespace(endpoint_url=endpoint, region_name="REGION"))

    assert base_url(survey(), client, "a1", stage) == url
    assert (
        base_url(survey(requests=Requests(url="https://shop.example/")), client, "a1", stage) == "https://shop.example"
    )


def test_only_get_requests_are_sent_to_at_most_three_routes_and_those_of_a_user_first(api) -> None:
    routes = [
        Route(method, path, "NONE", needs_key=False, target="")
        for method, path in [
            ("GET", "/health"),
            ("POST", "/orders"),
            ("DELETE", "/orders/{id}"),
            ("ANY", "/any"),
            ("GET", "/orders/{id}/lines/{line}"),
            ("GET", "/{proxy+}"),
            ("GET", "/a"),
            ("GET", "/orders/{id}"),
            ("GET", "/z"),
        ]
    ]

    look(api, *routes)

    assert {request.method for request in api.requests} == {"GET"}
    assert sorted(request.target for request in api.requests) == ["/a", "/any", f"/orders/{NOBODY}"]


def test_a_route_that_wants_iam_gets_a_signature_and_the_headers_of_the_command_line(api) -> None:
    look(api, ROUTE, user="ada", headers={"x-trace": "1"})

    [request] = api.requests
    assert request.target == "/orders/ada"
    assert re.match(
        r"AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/\d+/eu-central-1/execute-api/", request.headers["authorization"]
    )
    assert request.headers["x-trace"] == "1"


def test_a_route_that_wants_none_gets_no_signature(api) -> None:
    look(api, OPEN)

    assert "authorization" not in api.requests[0].headers


@pytest.mark.parametrize(
    ("route", "headers", "wants"),
    [
        (replace(OPEN, needs_key=True), {}, "--header 'x-api-key: KEY'"),
        (replace(OPEN, authorization="COGNITO_USER_POOLS"), {}, "--header 'authorization: TOKEN'"),
        (replace(OPEN, needs_key=True), {"X-Api-Key": "k"}, ""),
        (replace(OPEN, authorization="JWT"), {"Authorization": "Bearer t"}, ""),
    ],
)
def test_what_cannot_be_sent_is_unknown_and_says_what_to_give(api, route, headers, wants) -> None:
    [finding] = findings(look(api, route, headers=headers))

    assert len(api.requests) == (0 if wants else 1)
    assert wants in finding.summary
    assert finding.health is (Health.UNKNOWN if wants else Health.HEALTHY)


def test_no_request_is_sent_where_none_is_wanted(api) -> None:
    facts = look(api, ROUTE, OPEN, allowed=False)

    assert api.requests == []
    assert [finding.summary for finding in findings(facts)] == ["2 routes, none was asked"]


def test_a_path_of_the_command_line_has_the_guard_of_its_route(api) -> None:
    look(api, ROUTE, replace(OPEN, path="/open"), user="ada", paths=["/orders/{user}", "/open?page=2"])

    signed = {request.target: "authorization" in request.headers for request in api.requests}
    assert signed == {"/orders/ada": True, "/open?page=2": False}


@pytest.mark.parametrize(
    ("scripted", "finding", "health", "says"),
    [
        (Scripted.json({"orders": [1]}), "answers", Health.HEALTHY, "GET /orders/ada: 200 in "),
        (Scripted.json({"message": "none"}, 404), "answers", Health.HEALTHY, "404"),
        (Scripted.json({"message": "sorry"}, 500), "server-error", Health.SICK, "answers 500, from Take"),
        (Scripted.json({"message": "Internal server error"}, 502), "server-error", Health.SICK, "answers 502"),
        (Scripted(status=429), "throttled", Health.SICK, "too many"),
        (Scripted(status=401), "refused", Health.UNKNOWN, "--header"),
        (Scripted(hang=True), "hangs", Health.SICK, "does not answer, waits for Take"),
        (Scripted(raw=b"", close_after=True), "no-answer", Health.SICK, "nobody answers there"),
    ],
)
def test_every_answer_means_something(api, scripted, finding, health, says) -> None:
    api.answer = scripted

    [found] = findings(look(api, ROUTE, user="ada", timeout_s=0.3))

    assert (found.id, found.health) == (finding, health)
    assert says in found.summary


@pytest.mark.parametrize(
    "scripted",
    [
        Scripted(403, {"x-amzn-ErrorType": "AccessDeniedException"}, b'{"Message": "User is not authorized"}'),
        Scripted.json({"message": "Forbidden"}, 403),  # an HTTP API
    ],
)
def test_a_signature_that_iam_refuses_is_a_missing_action(api, scripted) -> None:
    api.answer = scripted
    diagnosis = concluded(facts={API: look(api, ROUTE)})

    assert diagnosis.denied_actions == ["execute-api:Invoke"]
    assert diagnosis.verdict is None


def test_a_refusal_of_the_function_itself_is_no_missing_action(api) -> None:
    api.answer = Scripted.json({"message": "not your history"}, 403)
    facts = look(api, ROUTE)

    assert concluded(facts={API: facts}).denied_actions == []
    assert [finding.id for finding in findings(facts)] == ["refused"]


def test_a_long_answer_is_shown_by_its_beginning(api) -> None:
    api.answer = Scripted(body=b"<html>\n" + b"x" * 1000)
    [answer] = look(api, ROUTE).answers.values()

    assert isinstance(answer, Answer)
    assert answer.body == "<html> " + "x" * 150 + "..."


def test_without_credentials_nothing_is_signed_and_that_is_said(api, monkeypatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

    with pytest.raises(CommandError, match="no AWS credentials"):
        get(about(api), "http://127.0.0.1:1", "/", is_signed=True)


def test_nobody_there_is_no_answer(api) -> None:
    api.__exit__()
    [answer] = look(api, ROUTE).answers.values()

    assert isinstance(answer, NoAnswer)
    assert answer.denied_action == ""
