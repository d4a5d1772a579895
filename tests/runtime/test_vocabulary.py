"""Every event carries the same tags, and leads to the log lines of its invocation; user data only where wanted."""

import platform
import sys
import urllib.parse
from typing import Any

import pytest

from tests.runtime.lambda_function import Function

TAGS = {
    "service": "shop",
    "team": "growth",
    "function_name": "checkout",
    "function_version": "7",
    "memory_mb": "1769",
    "runtime": f"python{sys.version_info.major}.{sys.version_info.minor}",
    "architecture": {"aarch64": "arm64"}.get(platform.machine(), platform.machine()),
    "aws_region": "eu-central-1",
}
REQUEST = {
    "httpMethod": "POST",
    "path": "/orders",
    "headers": {"Host": "shop.example", "X-Forwarded-Proto": "https", "Authorization": "Bearer secret"},
    "queryStringParameters": {"page": "2"},
    "requestContext": {"identity": {"sourceIp": "192.0.2.7", "userArn": "arn:aws:iam::1:user/ada"}},
    "body": '{"card": "4111"}',
    "kind": "plain",
}


@pytest.mark.parametrize("kind", ["error", "log record", "explicit", "timeout"])
def test_every_event_carries_the_vocabulary(kind: str) -> None:
    handler, event, timeout_s = {
        "error": ("errors.handler", {"kind": "plain"}, 20),
        "log record": ("logs.handler", {"kinds": ["critical"]}, 20),
        "explicit": ("uses_sdk.handler", {"steps": ["message"]}, 20),
        "timeout": ("waits.handler", {"leave_ms": 100}, 1),
    }[kind]
    with Function(handler, timeout_s=timeout_s) as function:
        function.invoke(event)
        function.invoke(event)
        first, second = function.sink.wait_for_events(2)
    assert first["tags"] == {**TAGS, "cold_start": "true"}
    assert second["tags"] == {**TAGS, "cold_start": "false"}
    assert (first["environment"], first["release"]) == ("production", "shop@1.2.3")
    assert first["server_name"] == "checkout"
    assert first["contexts"]["runtime"]["name"] == "CPython"


def test_an_event_names_its_request_and_its_log() -> None:
    with Function("errors.handler") as function:
        invocation = function.invoke({"kind": "plain"})
        (event,) = function.sink.wait_for_events(1)
    about = event["extra"]["lambda"]
    assert about["aws_request_id"] == invocation.request_id
    assert about["invoked_function_arn"].endswith(":function:checkout")
    assert 0 < about["remaining_time_in_millis"] <= 20_000
    assert 0 <= about["execution_duration_in_millis"] < 1000
    log = event["extra"]["cloudwatch logs"]
    assert log["log_group"] == "/aws/lambda/checkout"
    assert log["log_stream"].startswith("2026/11/21/[7]")


@pytest.mark.parametrize(
    ("partition", "region", "console"),
    [
        ("aws", "eu-central-1", "https://console.aws.amazon.com/"),
        ("aws-cn", "cn-north-1", "https://console.amazonaws.cn/"),
        ("aws-us-gov", "us-gov-west-1", "https://console.amazonaws-us-gov.com/"),
    ],
)
def test_the_link_opens_the_log_stream_in_the_console_of_the_partition(
    partition: str, region: str, console: str
) -> None:
    arn = f"arn:{partition}:lambda:{region}:123456789012:function:checkout"
    with Function("errors.handler") as function:
        function.invoke({"kind": "plain"}, function_arn=arn)
        (event,) = function.sink.wait_for_events(1)
    log = event["extra"]["cloudwatch logs"]
    page, _, place = log["url"].partition("#")
    assert page == f"{console}cloudwatch/home?region={region}"
    # The console decodes what follows # twice, with $ for %.
    decoded = urllib.parse.unquote(urllib.parse.unquote(place.replace("$", "%")))
    path, _, query = decoded.partition("?")
    assert path == f"logsV2:log-groups/log-group/{log['log_group']}/log-events/{log['log_stream']}"
    assert query.startswith("start=1")


@pytest.mark.parametrize(
    ("event", "size"),
    [({"Records": [{}, {}, {}]}, "3"), ([{}, {}], "2"), ({"Records": [{}]}, None), ({}, None)],
)
def test_the_size_of_a_batch_is_a_tag(event: Any, size: str | None) -> None:
    with Function("always_fails.handler") as function:
        function.invoke(event)
        (sent,) = function.sink.wait_for_events(1)
    assert sent["tags"].get("batch_size") == size


def test_user_and_request_data_stay_where_they_are_by_default() -> None:
    with Function("errors.handler") as function:
        function.invoke(REQUEST)
        (event,) = function.sink.wait_for_events(1)
    assert "user" not in event
    assert "request" not in event


def test_user_and_request_data_are_sent_where_wanted() -> None:
    with Function("errors.handler", {"SENTRY_SEND_DEFAULT_PII": "true"}) as function:
        function.invoke(REQUEST)
        function.invoke({"kind": "chained", "requestContext": {"http": {"method": "GET", "sourceIp": "192.0.2.8"}}})
        first, second = function.sink.wait_for_events(2)
    assert first["user"] == {"id": "arn:aws:iam::1:user/ada", "ip_address": "192.0.2.7"}
    request = first["request"]
    assert (request["method"], request["url"]) == ("POST", "https://shop.example/orders")
    assert request["query_string"] == {"page": "2"}
    assert request["data"] == '{"card": "4111"}'
    assert request["headers"]["Authorization"] == "[Filtered]"
    assert second["user"] == {"ip_address": "192.0.2.8"}
    assert second["request"]["method"] == "GET"


def test_tags_that_are_no_json_are_said_once_and_events_go_without_them() -> None:
    with Function("errors.handler", {"SENTRY_TAGS": "team=growth"}) as function:
        function.invoke({"kind": "plain"})
        function.invoke({"kind": "plain"})
        events = function.sink.wait_for_events(2)
        assert len(function.said()) == 1
    assert events[0]["tags"]["function_name"] == "checkout"
