"""Log records: errors become events, the others breadcrumbs, as with the SDK's own LoggingIntegration."""

from typing import Any

import pytest

from tests.runtime.lambda_function import Function, last_exception


def messages(event: dict[str, Any]) -> list[str]:
    """The texts of an event's breadcrumbs."""
    return [crumb["message"] for crumb in event["breadcrumbs"]["values"]]


@pytest.fixture(params=["first event", "later event", "function uses the SDK", "full mode"])
def handler_and_warm_up(request: pytest.FixtureRequest) -> tuple[str, dict[str, str], int]:
    """Handler, environment and how many events come before: the SDK is not there, is there, is the function's own."""
    cases: dict[str, tuple[str, dict[str, str], int]] = {
        "first event": ("logs.handler", {}, 0),
        "later event": ("logs.handler", {}, 1),
        "function uses the SDK": ("logs_with_sdk.handler", {}, 0),
        "full mode": ("logs.handler", {"SENTRY_TRACES_SAMPLE_RATE": "1"}, 0),
    }
    return cases[request.param]


def test_an_error_record_is_an_event_with_the_records_before_it_as_breadcrumbs(
    handler_and_warm_up: tuple[str, dict[str, str], int],
) -> None:
    handler, environment, warm_ups = handler_and_warm_up
    with Function(handler, environment) as function:
        for _ in range(warm_ups):
            function.invoke({"kinds": ["critical"]})
        function.invoke({"kinds": ["several"]})
        event = function.sink.wait_for_events(warm_ups + 1)[-1]
    assert event["level"] == "error"
    assert event["logger"] == "shop"
    assert event["logentry"] == {
        "message": "no price for %s",
        "formatted": "no price for apples",
        "params": ["apples"],
    }
    assert event["extra"]["article"] == "apples"
    assert messages(event) == ["basket b-1", "price list is old"]
    crumb = event["breadcrumbs"]["values"][0]
    assert (crumb["category"], crumb["level"], crumb["type"]) == ("shop", "info", "log")
    assert crumb["data"]["basket"] == "b-1"


def test_a_logged_exception_has_its_stack(handler_and_warm_up: tuple[str, dict[str, str], int]) -> None:
    handler, environment, warm_ups = handler_and_warm_up
    with Function(handler, environment) as function:
        for _ in range(warm_ups):
            function.invoke({"kinds": ["critical"]})
        function.invoke({"kinds": ["exception"]})
        event = function.sink.wait_for_events(warm_ups + 1)[-1]
    assert event["logentry"]["message"] == "bad quantity"
    assert last_exception(event)["type"] == "ValueError"
    assert last_exception(event)["mechanism"] == {"type": "logging", "handled": True}
    assert last_exception(event)["stacktrace"]["frames"][-1]["function"] == "exception"


def test_an_exception_that_is_logged_and_raised_is_one_event(
    handler_and_warm_up: tuple[str, dict[str, str], int],
) -> None:
    handler, environment, warm_ups = handler_and_warm_up
    with Function(handler, environment) as function:
        for _ in range(warm_ups):
            function.invoke({"kinds": ["critical"]})
        function.invoke({"kinds": ["logged_and_raised"]})
        function.invoke({"kinds": ["critical"]})
        events = function.sink.wait_for_events(warm_ups + 2)[warm_ups:]
    assert [event["level"] for event in events] == ["error", "fatal"]


def test_breadcrumbs_are_the_last_hundred_records_of_this_invocation_alone() -> None:
    with Function("logs.handler") as function:
        function.invoke({"kinds": ["info_only"]})
        function.invoke({"kinds": ["many_breadcrumbs"]})
        function.invoke({"kinds": ["many_breadcrumbs"]})
        lean, live = function.sink.wait_for_events(2)
    assert messages(lean) == [f"step {number}" for number in range(50, 150)]
    assert messages(live) == messages(lean)


def test_a_breadcrumb_says_what_was_logged_at_that_moment() -> None:
    with Function("logs.handler") as function:
        function.invoke({"kinds": ["mutable"]})
        (event,) = function.sink.wait_for_events(1)
    assert messages(event) == ["basket ['apple']"]


def test_a_message_that_is_an_object_is_turned_into_text_as_often_as_without_the_layer() -> None:
    with Function("logs.handler") as function:
        function.invoke({"kinds": ["text_object"]})
        (event,) = function.sink.wait_for_events(1)
    assert messages(event) == ["text 1"]


def test_records_of_the_sdk_and_its_connections_are_not_reported() -> None:
    with Function("logs.handler") as function:
        function.invoke({"kinds": ["of_libraries"]})
        function.invoke({"kinds": ["critical"]})
        (event,) = function.sink.wait_for_events(1)
    assert event["level"] == "fatal"
    assert messages(event) == []


def test_a_record_of_a_thread_belongs_to_the_invocation() -> None:
    with Function("logs.handler") as function:
        invocation = function.invoke({"kinds": ["of_thread"]})
        (event,) = function.sink.wait_for_events(1)
    assert event["extra"]["lambda"]["aws_request_id"] == invocation.request_id


def test_records_below_error_send_nothing() -> None:
    with Function("logs.handler") as function:
        function.invoke({"kinds": ["info_only"]})
        function.invoke({"kinds": ["info_only"]})
        assert function.sink.request_count == 0


def test_the_functions_log_is_that_of_the_bare_function() -> None:
    """Also where the record is at odds with its arguments, which logging itself reports on standard error."""
    logs = []
    for bare in (True, False):
        with Function("logs.handler", bare=bare) as function:
            for request_id in ("first", "second"):
                function.invoke({"kinds": ["several", "exception", "bad_arguments"]}, request_id=request_id)
            written = function.process.stdout()
            logs.append([line.split("\t")[0::2] for line in written.splitlines()])
    assert logs[0] == logs[1]


def test_what_a_thread_logs_after_the_response_is_reported_with_the_next_invocation() -> None:
    with Function("misbehaves.handler") as function:
        function.invoke({"steps": ["logs_after_the_response"]})
        assert function.sink.request_count == 0
        function.invoke({"steps": ["waits_for_late_log"]})
        (event,) = function.sink.wait_for_events(1)
    assert event["logentry"]["message"] == "late"
