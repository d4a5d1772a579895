"""Errors of the handler: the event in Sentry is complete, the answer is that of the bare function."""

from typing import Any

import pytest

from tests.harness.runtime_api import Invocation
from tests.runtime.lambda_function import Function, last_exception


def answer_of(invocation: Invocation) -> tuple[Any, ...]:
    """All that the runtime posted."""
    return (
        invocation.response_body,
        invocation.error_body,
        invocation.error_type_header,
        invocation.xray_cause,
    )


def test_an_error_is_reported_with_the_stack_of_the_functions_own_frames() -> None:
    with Function("errors.handler") as function:
        function.invoke({"kind": "plain"})
        (event,) = function.sink.wait_for_events(1)
    exception = last_exception(event)
    assert (exception["type"], exception["value"]) == ("OrderError", "out of stock")
    assert exception["mechanism"] == {"type": "aws_lambda", "handled": False}
    assert [frame["function"] for frame in exception["stacktrace"]["frames"]] == ["handler", "plain"]
    assert all(frame["in_app"] for frame in exception["stacktrace"]["frames"])
    assert event["level"] == "error"


def test_successes_between_errors_send_nothing_and_every_error_arrives_once() -> None:
    with Function("errors.handler", {"SENTRY_MAX_IDENTICAL_EVENTS_PER_MINUTE": "0"}) as function:
        for _ in range(10):
            function.invoke({})
            function.invoke({"kind": "plain"})
        events = function.sink.wait_for_events(10)
        function.invoke({})
        assert function.sink.request_count == 10
    assert len({event["event_id"] for event in events}) == 10
    assert len({event["extra"]["lambda"]["aws_request_id"] for event in events}) == 10


def test_before_the_first_error_nothing_of_the_sdk_is_loaded() -> None:
    with Function("reports_modules.handler") as function:
        first = function.invoke({}).result
        function.invoke({"fail": True})
        later = function.invoke({}).result
    assert first == {"sentry_sdk": False, "kit": ["bootstrap", *HEALTHY]}
    assert later["sentry_sdk"] is True


HEALTHY = ["import_hooks", "invocation", "log_records", "monitor", "runtime", "watchdog"]
"""All that a cold start compiles."""


def test_the_cause_of_an_error_is_reported_with_it() -> None:
    with Function("errors.handler") as function:
        function.invoke({"kind": "chained"})
        (event,) = function.sink.wait_for_events(1)
    assert [value["type"] for value in event["exception"]["values"]] == ["ValueError", "OrderError"]


def test_the_members_of_an_exception_group_are_reported_with_it() -> None:
    with Function("errors.handler") as function:
        function.invoke({"kind": "group"})
        (event,) = function.sink.wait_for_events(1)
    assert {value["type"] for value in event["exception"]["values"]} == {
        "ExceptionGroup",
        "OrderError",
        "KeyError",
    }


def test_local_variables_are_reported_and_secrets_among_them_are_not() -> None:
    with Function("errors.handler") as function:
        function.invoke({"kind": "secrets"})
        (event,) = function.sink.wait_for_events(1)
    variables = last_exception(event)["stacktrace"]["frames"][-1]["vars"]
    assert variables == {"password": "[Filtered]", "api_key": "[Filtered]", "quantity": "42"}


@pytest.mark.parametrize(
    ("kind", "error_type"),
    [("exits", "SystemExit"), ("interrupted", "KeyboardInterrupt"), ("cancelled", "BaseException")],
)
def test_what_ends_the_process_is_reported_before_it_ends(kind: str, error_type: str) -> None:
    exit_codes = []
    for bare in (True, False):
        with Function("errors.handler", bare=bare) as function:
            function.api.enqueue({"kind": kind})
            exit_codes.append(function.process.wait_for_exit())
            if not bare:
                (event,) = function.sink.wait_for_events(1)
    assert last_exception(event)["type"] == error_type
    assert exit_codes[0] == exit_codes[1]


def test_a_response_that_is_not_json_is_reported_as_the_runtime_sees_it() -> None:
    with Function("errors.handler") as function:
        invocation = function.invoke({"kind": "unserialisable"})
        (event,) = function.sink.wait_for_events(1)
    assert invocation.error["errorType"] == "Runtime.MarshalError"
    assert last_exception(event)["type"] == "Runtime.MarshalError"
    assert "not JSON serializable" in last_exception(event)["value"]
    assert event["tags"]["function_name"] == "checkout"


def test_an_event_that_is_not_json_is_reported_as_the_runtime_sees_it() -> None:
    with Function("errors.handler") as function:
        function.invoke({})
        invocation = function.invoke(b"{not json")
        (event,) = function.sink.wait_for_events(1)
    assert invocation.error["errorType"] == "Runtime.UnmarshalError"
    assert last_exception(event)["type"] == "Runtime.UnmarshalError"
    assert "lambda" not in event.get("extra", {})


def test_an_error_of_another_thread_is_reported_and_shown_as_ever() -> None:
    with Function("errors.handler") as function:
        invocation = function.invoke({"kind": "in_thread"})
        (event,) = function.sink.wait_for_events(1)
    assert invocation.result == {"ok": True}
    assert last_exception(event)["mechanism"]["type"] == "threading"
    assert "Exception in thread" in function.process.stderr()


@pytest.mark.parametrize(
    "kind",
    [
        "plain",
        "chained",
        "group",
        "huge_message",
        "recursion",
        "memory",
        "circular",
        "unshowable_local",
        "hostile_local",
        "forks",
        "child_process",
        "environment_replaced",
        "environment_cleared",
        "stdout_closed",
    ],
)
def test_the_answer_to_an_error_is_byte_for_byte_that_of_the_bare_function(kind: str) -> None:
    """Twice, since the second error meets an SDK that is there; the event arrives, and the kit is silent."""
    answers = []
    for bare in (True, False):
        with Function("errors.handler", bare=bare, timeout_s=20) as function:
            answers.append(
                [
                    answer_of(function.invoke({"kind": kind}, request_id=request_id, function_timeout_s=20))
                    for request_id in ("first", "second")
                ]
            )
            if not bare:
                function.sink.wait_for_events(1)
                said = function.said()
    assert answers[0] == answers[1]
    assert len(said) <= 1


def test_an_error_that_cannot_be_shown_at_all_ends_the_process_as_without_the_layer() -> None:
    """The runtime itself fails on such an error; what matters is that the layer changes nothing about it."""
    endings = []
    for bare in (True, False):
        with Function("errors.handler", bare=bare) as function:
            function.api.enqueue({"kind": "unshowable_error"})
            endings.append((function.process.wait_for_exit(), function.process.stderr()))
    assert endings[0][0] == endings[1][0]
    assert endings[0][1].splitlines()[-1] == endings[1][1].splitlines()[-1]


@pytest.mark.parametrize("handler", ["errors.one_argument", "errors.not_callable"])
def test_a_handler_that_cannot_be_called_fails_as_without_the_layer(handler: str) -> None:
    answers = []
    for bare in (True, False):
        with Function(handler, bare=bare) as function:
            answers.append(answer_of(function.invoke({}, request_id="first")))
            if not bare:
                (event,) = function.sink.wait_for_events(1)
    assert answers[0] == answers[1]
    assert last_exception(event)["type"] == "TypeError"
