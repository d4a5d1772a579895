"""A warning goes out shortly before a function times out, with the timeout and where the code was."""

import pytest

from tests.harness.answer import Answer
from tests.runtime.lambda_function import Function, last_exception


@pytest.fixture(params=[{}, {"SENTRY_TRACES_SAMPLE_RATE": "1"}], ids=["lean", "full"])
def mode(request: pytest.FixtureRequest) -> dict[str, str]:
    """The environment of either mode."""
    environment: dict[str, str] = request.param
    return environment


def test_the_warning_says_the_timeout_and_where_the_code_is(mode: dict[str, str]) -> None:
    """It arrives while the handler still waits: AWS would kill the process at the timeout."""
    with Function("waits.handler", mode, timeout_s=3) as function:
        invocation = function.api.enqueue({"seconds": 20, "log": True}, function_timeout_s=3)
        logged, warning = function.sink.wait_for_events(2, timeout_s=3.2)
        assert invocation.answer_in_ns is None
    assert logged["logentry"]["formatted"] == "stuck with o-1"
    exception = last_exception(warning)
    assert exception["type"] == "ServerlessTimeoutWarning"
    assert "Configured timeout duration = 3 seconds" in exception["value"]
    frames = exception["stacktrace"]["frames"]
    assert [frame["function"] for frame in frames][:2] == ["handler", "wait"]
    assert frames[0]["vars"]["order_id"] == "'o-1'"
    assert [crumb["message"] for crumb in warning["breadcrumbs"]["values"]] == ["stuck with o-1"]
    assert warning["extra"]["lambda"]["aws_request_id"] == invocation.request_id


def test_a_function_that_ends_in_time_warns_of_nothing() -> None:
    with Function("waits.handler", timeout_s=2) as function:
        for _ in range(3):
            function.invoke({"seconds": 0.4}, function_timeout_s=2)
        function.invoke({"seconds": 0.9}, function_timeout_s=2)
        assert function.sink.request_count == 0


def test_each_invocation_that_nears_its_timeout_is_announced() -> None:
    with Function("waits.handler", timeout_s=1) as function:
        for _ in range(2):
            function.invoke({"leave_ms": 100}, function_timeout_s=1)
        function.invoke({}, function_timeout_s=1)
        warnings = function.sink.wait_for_events(2)
    assert len({warning["extra"]["lambda"]["aws_request_id"] for warning in warnings}) == 2


def test_the_warning_can_be_turned_off() -> None:
    with Function("waits.handler", {"SENTRY_TIMEOUT_WARNING": "false"}, timeout_s=1) as function:
        function.invoke({"leave_ms": 50}, function_timeout_s=1)
        function.invoke({})
        assert function.sink.request_count == 0


def test_reporting_never_runs_past_the_functions_timeout() -> None:
    """The response is out; running on would turn it into a logged timeout and cost the warm environment."""
    with Function("waits.handler", answer=Answer(hang=True), timeout_s=3) as function:
        invocation = function.invoke({"leave_ms": 900, "fail": True}, function_timeout_s=3)
        assert invocation.error["errorType"] == "LookupError"
        assert invocation.after_answer_ms < 900
        late = function.invoke({"leave_ms": 100, "fail": True}, function_timeout_s=1)
        assert late.after_answer_ms < 90
