"""Nothing of the kit that dies, blocks or loses its connection may hold the environment, at whatever step."""

import itertools
import time
from pathlib import Path

import pytest

from tests.harness.answer import Answer
from tests.runtime.lambda_function import Function, last_exception

BUDGET_MS = 300
QUICK = {"SENTRY_FLUSH_TIMEOUT_MS": str(BUDGET_MS)}


def test_a_reporter_that_dies_in_one_event_reports_the_next() -> None:
    """A `__repr__` of the function's own raises SystemExit in the reporter's thread."""
    with Function("errors.handler", QUICK) as function:
        for _ in range(2):
            assert function.invoke({"kind": "hostile_local"}).error["errorType"] == "OrderError"
        function.invoke({"kind": "chained"})
        function.sink.wait_for(lambda: "ValueError" in str(function.sink.events), "the event after the deadly one")
        assert len(function.said()) <= 1


def test_a_reporter_that_blocks_holds_one_invocation_for_its_budget_and_the_next_hardly() -> None:
    with Function("errors.handler", QUICK) as function:
        first = function.invoke({"kind": "blocking_local"})
        later = [function.invoke({"kind": "plain"}) for _ in range(3)]
        healthy = function.invoke({})
    assert first.error["errorType"] == "OrderError"
    assert first.after_answer_ms < BUDGET_MS + 200
    assert max(invocation.after_answer_ms for invocation in later) < 200
    assert healthy.result == {"ok": True}
    assert healthy.waited_ms < 100


def test_what_is_not_sent_within_the_budget_is_sent_in_the_next_invocations() -> None:
    with Function("errors.handler", QUICK, answer=Answer(delay_ms=BUDGET_MS * 2)) as function:
        for kind in ("plain", "chained", "group"):
            assert function.invoke({"kind": kind}).after_answer_ms < BUDGET_MS + 300
        function.sink.wait_for_events(3)


def test_a_sentry_that_comes_back_gets_events_again() -> None:
    with Function("errors.handler") as function:
        function.sink.refuse()
        function.invoke({"kind": "plain"})
        function.sink.listen_again()
        function.invoke({"kind": "chained"})
        (event,) = function.sink.wait_for_events(1)
        assert len(function.said()) == 1
    assert event["exception"]["values"][0]["type"] == "ValueError"


@pytest.mark.parametrize("environment", [{}, {"NO_THREADS_IN_INIT": "1"}], ids=["later", "from the start"])
def test_a_process_that_can_start_no_threads_answers_as_ever(environment: dict[str, str]) -> None:
    with Function("misbehaves.handler", {**QUICK, **environment}) as function:
        assert function.invoke({"steps": ["no_threads"]}).result == {"ok": True}
        invocation = function.invoke({"steps": ["fails"]})
        assert function.invoke({"steps": []}).result == {"ok": True}
        said = function.said()
    assert invocation.error["errorType"] == "LookupError"
    assert invocation.after_answer_ms < BUDGET_MS + 300
    assert 1 <= len(said) <= 2


def test_descriptors_that_the_function_closed_cost_an_event_at_most() -> None:
    with Function("misbehaves.handler", QUICK) as function:
        for _ in range(3):
            assert function.invoke({"steps": ["closed_descriptors", "fails"]}).error["errorType"] == "LookupError"


def test_an_sdk_that_cannot_be_imported_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "sentry_sdk.py").write_text("raise RuntimeError('half an SDK')\n")
    (tmp_path / "plain.py").write_text("def handler(event, context):\n    raise LookupError('no basket')\n")
    with Function("plain.handler", QUICK, task_root=tmp_path) as function:
        for _ in range(3):
            assert function.invoke({}).error["errorType"] == "LookupError"
        (line,) = function.said()
    assert "half an SDK" in line


def test_an_sdk_of_an_unknown_shape_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "sentry_sdk.py").write_text("VERSION = '99'\n")
    (tmp_path / "plain.py").write_text("def handler(event, context):\n    raise LookupError('no basket')\n")
    with Function("plain.handler", QUICK, task_root=tmp_path) as function:
        for _ in range(3):
            assert function.invoke({}).error["errorType"] == "LookupError"
        assert len(function.said()) == 1


def test_a_forked_child_reports_its_own_errors_and_the_parent_its_own_once() -> None:
    with Function("misbehaves.handler") as function:
        for _ in range(2):
            function.invoke({"steps": ["forked_child_logs"]})
        events = function.sink.wait_for_events(4)
        function.invoke({"steps": ["fails"]})
        events = function.sink.wait_for_events(5)
    assert sorted(event["logentry"]["message"] for event in events if "logentry" in event) == [
        *["in the child"] * 2,
        *["in the parent"] * 2,
    ]


def test_a_connection_that_was_closed_while_the_environment_was_frozen_costs_no_event() -> None:
    with Function("errors.handler", answer=Answer(close_after=True)) as function:
        for kind in itertools.islice(itertools.cycle(["plain", "chained", "group"]), 12):
            function.invoke({"kind": kind})
        function.sink.wait_for_events(12)
        assert function.said() == []


def test_workers_of_a_multi_concurrent_environment_report_each_their_own() -> None:
    """Lambda Managed Instances: the runtime forks a worker for each invocation that may run at a time."""
    with Function("waits.handler", {"AWS_LAMBDA_MAX_CONCURRENCY": "3"}) as function:
        calls = [
            function.api.enqueue({"seconds": 0.2, "log": True, "fail": True}, function_timeout_s=20) for _ in range(9)
        ]
        for call in calls:
            function.api.wait_for_answer(call)
            assert call.error["errorType"] == "LookupError"
        events = function.sink.wait_for_events(18)
    by_request: dict[str, list[str]] = {}
    for event in events:
        kind = "logged" if "logentry" in event else last_exception(event)["type"]
        by_request.setdefault(event["extra"]["lambda"]["aws_request_id"], []).append(kind)
    assert {call.request_id: ["LookupError", "logged"] for call in calls} == {
        request_id: sorted(kinds) for request_id, kinds in by_request.items()
    }


def test_after_a_restore_from_a_snapshot_events_are_sent_anew() -> None:
    environment = {"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}
    with Function("logs_with_sdk.handler", environment) as function:
        function.api.wait_for_restore_poll()
        function.api.restore()
        function.invoke({"kinds": ["critical"]})
        function.invoke({"kinds": ["exception"]})
        first, second = function.sink.wait_for_events(2)
        assert function.said() == []
    assert [event["tags"]["cold_start"] for event in (first, second)] == ["true", "false"]


@pytest.mark.parametrize("mode", [{}, {"SENTRY_TRACES_SAMPLE_RATE": "1"}], ids=["lean", "full"])
def test_an_event_is_not_kept_beyond_its_invocation(mode: dict[str, str]) -> None:
    """A batch may be 6 MB of JSON, many times that in memory; the next one is parsed before its invocation begins."""
    counts = []
    for bare in (True, False):
        with Function("counts_events.handler", {} if bare else mode, bare=bare) as function:
            for event in ({}, {}, {"fail": True}, {}, {"fail": True}):
                function.invoke({"marker": "event", "lines": [{"order": []}], **event})
            counts.append(function.invoke({}).result)
    assert counts[0] == counts[1] == [0] * 6


def test_a_response_that_cannot_be_posted_is_reported_before_the_process_ends() -> None:
    with Function("misbehaves.handler") as function:
        function.api.enqueue({"steps": ["post_fails"]})
        function.process.wait_for_exit()
        (event,) = function.sink.wait_for_events(1)
    assert last_exception(event)["value"] == "413: response too large"


def test_a_healthy_call_costs_next_to_nothing() -> None:
    """The figure itself is the benchmark's; this one is for an accident, such as a thread for each call."""
    costs = []
    for bare in (True, False):
        with Function("errors.handler", bare=bare) as function:
            for _ in range(50):
                function.invoke({})
            before_ms = function.process.cpu_ms()
            for _ in range(300):
                function.invoke({})
            costs.append((function.process.cpu_ms() - before_ms) / 300)
    assert costs[1] - costs[0] < 0.15


def test_the_flush_budget_is_kept_when_the_sdk_is_loading() -> None:
    """The import alone takes longer than a budget of a millisecond; the event still arrives."""
    with Function("errors.handler", {"SENTRY_FLUSH_TIMEOUT_MS": "1"}) as function:
        invocation = function.invoke({"kind": "plain"})
        assert invocation.after_answer_ms < 150
        deadline_s = time.monotonic() + 10
        while not function.sink.events and time.monotonic() < deadline_s:
            function.invoke({})
        assert len(function.sink.events) == 1


def test_a_sentry_that_hangs_holds_one_invocation_for_its_budget_and_the_next_hardly() -> None:
    with Function("errors.handler", QUICK, answer=Answer(hang=True)) as function:
        function.invoke({"kind": "plain"})
        later = [function.invoke({"kind": kind} if kind else {}) for kind in ("plain", None, "chained", None)]
    assert max(invocation.after_answer_ms for invocation in later) < BUDGET_MS / 2
