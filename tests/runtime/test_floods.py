"""Identical errors are held back beyond a number a minute, and the next one sent says how many."""

import time
from typing import Any

import pytest
from cdk_sentry_layer import events, invocation, news
from cdk_sentry_layer.floods import Floods
from cdk_sentry_layer.settings import Settings

from tests.harness.answer import Answer
from tests.runtime.lambda_function import Function


def test_identical_errors_beyond_the_limit_are_not_sent() -> None:
    with Function("errors.handler", {"SENTRY_MAX_IDENTICAL_EVENTS_PER_MINUTE": "3"}) as function:
        for _ in range(8):
            function.invoke({"kind": "plain"})
        function.invoke({"kind": "chained"})
        events = function.sink.wait_for_events(4)
        assert [event["exception"]["values"][-1]["value"] for event in events] == [
            *["out of stock"] * 3,
            "bad quantity",
        ]


def test_identical_log_records_of_one_invocation_are_held_back_too() -> None:
    with Function("logs.handler", {"SENTRY_MAX_IDENTICAL_EVENTS_PER_MINUTE": "5"}) as function:
        function.invoke({"kinds": ["flood"]})
        function.invoke({"kinds": ["critical"]})
        events = function.sink.wait_for_events(6)
    assert len(events) == 6


def test_explicit_captures_of_the_function_are_held_back_too() -> None:
    with Function("uses_sdk.handler", {"SENTRY_MAX_IDENTICAL_EVENTS_PER_MINUTE": "2"}) as function:
        function.invoke({"steps": ["message"] * 10})
        function.invoke({"steps": ["other_message"]})
        events = function.sink.wait_for_events(3)
    assert [event["message"] for event in events] == ["hello", "hello", "good bye"]


def test_zero_means_no_limit() -> None:
    with Function("logs.handler", {"SENTRY_MAX_IDENTICAL_EVENTS_PER_MINUTE": "0"}) as function:
        function.invoke({"kinds": ["flood"]})
        assert len(function.sink.wait_for_events(100)) >= 100


def test_the_next_one_sent_says_how_many_were_held_back(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now_s)
    floods = Floods(2)
    assert [floods.admit("kind") for _ in range(5)] == [0, 0, None, None, None]
    assert floods.admit("other kind") == 0
    now_s += 60
    assert [floods.admit("kind") for _ in range(3)] == [3, 0, None]


def test_the_count_of_what_was_held_back_is_a_tag() -> None:
    enricher = events.Enricher(Settings({}), Floods(1), lambda: True)
    current = invocation.Invocation({}, None, cold_start=False)
    with events.reporting(news.News("{}", current, held_back=17)):
        event: dict[str, Any] | None = enricher.process({}, None)
    assert event is not None
    assert event["tags"]["held_back"] == "17"


@pytest.mark.parametrize(
    "answer",
    [Answer.rate_limited(60), Answer.rate_limited(limits="60:error:organization")],
    ids=["Retry-After", "X-Sentry-Rate-Limits"],
)
def test_a_rate_limit_of_sentry_is_obeyed(answer: Answer) -> None:
    with Function("errors.handler", answer=answer) as function:
        for _ in range(5):
            function.invoke({"kind": "plain"})
        assert function.sink.request_count == 1
        assert len(function.said()) <= 1


def test_a_rate_limit_on_a_good_answer_is_obeyed_too() -> None:
    limited = Answer(headers={"X-Sentry-Rate-Limits": "60:error:organization"})
    with Function("errors.handler", answer=limited) as function:
        for _ in range(5):
            function.invoke({"kind": "plain"})
        assert function.sink.request_count == 1


def test_a_sample_rate_of_zero_sends_no_errors() -> None:
    with Function("errors.handler", {"SENTRY_SAMPLE_RATE": "0"}) as function:
        function.invoke({"kind": "plain"})
        function.invoke({"kind": "plain"})
        assert function.sink.request_count == 0
