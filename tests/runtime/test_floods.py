"""Errors are held back beyond a number a minute, of a kind and together, and the next one sent says how many."""

import logging
import time
from typing import Any

import pytest
from cdk_sentry_layer import events, invocation, news
from cdk_sentry_layer.desk import MAX_WAITING, Desk
from cdk_sentry_layer.floods import Floods
from cdk_sentry_layer.log_records import MAX_TEXT_LENGTH
from cdk_sentry_layer.settings import Settings

from tests.harness.answer import Answer
from tests.runtime.lambda_function import Function, last_exception


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


@pytest.mark.parametrize("mode", [{}, {"SENTRY_TRACES_SAMPLE_RATE": "1"}], ids=["lean", "full"])
@pytest.mark.parametrize(
    ("kind", "error"),
    [("each_different_then_fails", "LookupError"), ("each_different_then_logged_and_raised", "ValueError")],
)
def test_after_20_000_different_log_lines_the_handler_s_error_still_arrives(
    mode: dict[str, str], kind: str, error: str
) -> None:
    with Function("logs.handler", mode) as function:
        function.invoke({"kinds": [kind]})
        events = function.sink.wait_for_events(MAX_WAITING + 1, timeout_s=20)
        assert len(events) == MAX_WAITING + 1
        assert [event["logentry"]["message"] for event in events[:-1]] == [
            f"bad record {n}" for n in range(MAX_WAITING)
        ]
    assert last_exception(events[-1])["type"] == error
    logged_too = error == "ValueError"
    assert events[-1]["tags"]["held_back"] == str(20_000 - MAX_WAITING + logged_too)


def desk(limit: int = 60) -> Desk:
    return Desk({"SENTRY_MAX_IDENTICAL_EVENTS_PER_MINUTE": str(limit)}, lambda: False)


def note(at: Desk, current: invocation.Invocation, text: str, *arguments: object) -> None:
    at.note_record(current, logging.LogRecord("shop", logging.ERROR, __file__, 1, text, arguments, None))


@pytest.mark.parametrize("limit", [0, 60], ids=["no limit", "limit"])
def test_what_waits_is_bounded_and_has_room_left_for_errors_of_the_handler(limit: int) -> None:
    at = desk(limit)
    current = invocation.Invocation({}, None, cold_start=False)
    for number in range(1000):
        note(at, current, f"bad record {number}")
    assert len(at.news) == MAX_WAITING
    for number in range(1000):
        at.note_error(current, type(f"Error{number}", (Exception,), {})(), "aws_lambda", None)
    assert len(at.news) == 2 * MAX_WAITING
    assert at.news[MAX_WAITING].held_back == 1000 - MAX_WAITING


def test_different_errors_have_a_limit_a_minute_together_and_uncaught_ones_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now_s = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now_s)
    floods = Floods(60)
    assert sum(floods.admit(f"text {number}") is not None for number in range(20_000)) == 600
    assert floods.admit("handler's", is_uncaught=True) == 20_000 - 600
    assert floods.admit("handler's", is_uncaught=True) == 0
    assert floods.admit("one more") is None
    now_s += 60
    assert floods.admit("and one") == 1


def test_a_low_limit_on_identical_errors_leaves_different_ones_alone() -> None:
    floods = Floods(1)
    assert [floods.admit(number) for number in range(100)] == [0] * 100


def test_forgetting_kinds_forgets_nothing_that_was_held_back() -> None:
    floods = Floods(1000)
    for _ in range(1003):
        floods.admit("flood")
    told = [floods.admit(number) for number in range(1000)]
    assert sum(one or 0 for one in told) == 3


def test_very_long_texts_are_kept_in_part() -> None:
    at = desk()
    current = invocation.Invocation({}, None, cold_start=False)
    huge = "x" * 1_000_000
    note(at, current, huge)
    note(at, current, "payload %s of %d", huge, 7)
    note(at, current, "named %(huge)s", {"huge": huge})
    texts = [one.what.getMessage() for one in at.news if isinstance(one.what, logging.LogRecord)]
    assert [len(text) for text in texts] == [
        MAX_TEXT_LENGTH,
        MAX_TEXT_LENGTH + len("payload  of 7"),
        MAX_TEXT_LENGTH + len("named "),
    ]
    assert all(len(str(kind)) < 2000 for kind in at.floods._kinds)


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
