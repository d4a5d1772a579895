"""Whatever is wrong with Sentry, the settings or the event: the function does as it does without the layer."""

import os
import time
from contextlib import ExitStack

import pytest

from tests.harness.certificates import make_certificate
from tests.harness.sink import UNRESOLVABLE_DSN, Answer, Sink, refusing_dsn
from tests.runtime_nodejs.function import exception_of, posted
from tests.runtime_nodejs.node_runtime import NODEJS20, NODEJS22, NODEJS24, our_layer

SLOWEST_MS = 250
"""Added to a response at most on this noisy machine; Sentry's own wait is 2 s and more."""

ANSWERS = {
    "hangs": Answer(hang=True),
    "429": Answer.rate_limited(1),
    "500": Answer(status=500),
    "garbage": Answer.garbage(),
    "byte-by-byte": Answer(byte_interval_ms=50),
    "closes-mid-response": Answer(cut_after_bytes=20),
    "closes-after-each": Answer(close_after=True),
}


def does_as_bare(start, dsn, **variables):
    """A success and two errors, compared; returns the function with the layer."""
    bare = start("fails.handler", layered=False)
    ours = start("fails.handler", dsn=dsn, SENTRY_FLUSH_TIMEOUT_MS="300", **variables)
    for event in ({}, {"fail": "x"}, {"fail": "y", "late": True}, {}):
        expected, got = bare.call(event), ours.call(event)
        assert posted(got) == posted(expected)
        assert got.waited_ms < expected.waited_ms + SLOWEST_MS
        assert got.after_answer_ms < 300 + SLOWEST_MS
    assert len(ours.notices()) <= 1
    return ours


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_a_sentry_that_misbehaves_is_not_noticed(start, sink, answer):
    sink.answer = answer
    does_as_bare(start, sink.dsn)
    assert sink.request_count >= 1


@pytest.mark.parametrize("fault", ["refuses", "no-address", "no-tls", "untrusted"])
def test_a_sentry_that_cannot_be_reached_is_not_noticed(start, sink, fault, tmp_path):
    with ExitStack() as stack:
        if fault == "refuses":
            dsn = stack.enter_context(refusing_dsn())
        elif fault == "no-tls":
            dsn = sink.https_dsn
        elif fault == "untrusted":
            dsn = stack.enter_context(Sink(certificate=make_certificate(tmp_path).chain)).dsn
        else:
            dsn = UNRESOLVABLE_DSN
        does_as_bare(start, dsn)


@pytest.mark.parametrize(
    "dsn", ["", "nonsense", "https://sentry.example/1", "https://key@sentry.example", "${Token[TOKEN.12]}"]
)
def test_a_dsn_that_is_none_leaves_the_function_bare_and_is_said_once(start, dsn):
    ours = does_as_bare(start, dsn)
    (notice,) = ours.notices()
    assert "expected https://KEY@HOST/PROJECT_ID" in notice


def test_a_missing_dsn_leaves_the_function_bare(start):
    function = start("fails.handler", SENTRY_DSN=None)
    assert function.call({"fail": "x"}).error["errorMessage"] == "x"
    assert "there is no SENTRY_DSN" in function.notices()[0]


def test_a_secret_in_place_of_a_dsn_is_not_logged(start):
    function = start("ok.handler", dsn="https://very-secret-key@")
    function.call()
    assert "very-secret-key" not in function.process.stderr()


@pytest.mark.parametrize("rate", ["", "10%", "-1", "2"])
def test_a_rate_that_is_none_is_said_once_and_means_lean(start, sink, rate):
    function = start("loads.handler", SENTRY_TRACES_SAMPLE_RATE=rate)
    assert function.call().result == {"sdk": False}
    assert len(function.notices()) == 1


@pytest.mark.parametrize(
    "handler", ["circular", "huge", "getter_throws", "frozen", "proxy", "endless", "undefined_thrown", "buffer"]
)
def test_an_error_that_is_hard_to_describe_is_posted_as_without_the_layer_and_reported(start, sink, handler):
    bare = start(f"awkward.{handler}", layered=False).call()
    ours = start(f"awkward.{handler}").call()
    assert posted(ours) == posted(bare)
    sink.wait_for_events(1)


def test_a_handler_that_replaces_the_environment_is_reported_with_the_tags_of_init(start, sink):
    start("awkward.empties_environment").call()
    (event,) = sink.wait_for_events(1)
    assert event["tags"]["memory_mb"] == "128"


def test_a_handler_that_breaks_the_console_the_timers_and_sentry_s_globals_does_no_harm(start, sink):
    function = start("awkward.breaks_globals")
    for _ in range(2):
        assert function.call().result == {"ok": True}
        assert function.call({"fail": "x"}).error["errorMessage"] == "x"


@pytest.mark.parametrize("handler", ["without_stack_traces", "freezes_errors"])
def test_a_handler_that_changes_how_errors_are_made_does_no_harm(start, sink, handler):
    bare, ours = start(f"awkward.{handler}", layered=False), start(f"awkward.{handler}")
    for event in ({}, {"fail": "x"}, {"fail": "y"}, {}):
        assert posted(ours.call(event)) == posted(bare.call(event))
    sink.wait_for_events(2)


def test_a_child_process_of_the_function_is_not_monitored(start, sink):
    assert start("awkward.forks").call().result == {"preloaded": False, "exit": 1}
    assert sink.request_count == 0


@pytest.mark.parametrize("runtime", [NODEJS20, NODEJS22, NODEJS24], ids=lambda runtime: runtime.name)
def test_connections_that_sentry_closed_while_the_environment_was_frozen_lose_nothing(runtime, start, sink):
    function = start("fails.handler", runtime)
    for number in range(4):
        function.call({"fail": f"x {number}"})
        sink.drop_connections()
    assert [exception_of(event)[1] for event in sink.events] == [f"x {number}" for number in range(4)]


def test_what_was_not_sent_in_time_is_sent_later(start, sink):
    sink.answer = Answer(delay_ms=400)
    function = start("fails.handler", SENTRY_FLUSH_TIMEOUT_MS="50")
    for number in range(3):
        function.call({"fail": f"x {number}"})
    sink.wait_for_events(3)


def test_reporting_never_runs_past_the_function_s_timeout(start, sink):
    sink.answer = Answer(hang=True)
    function = start("fails.handler", SENTRY_TIMEOUT_WARNING="false")
    invocation = function.call({"fail": "x"}, function_timeout_s=1)
    assert invocation.after_answer_ms < 1000


def test_an_exit_waits_for_sentry_no_longer_than_the_budget(start, sink):
    sink.answer = Answer(hang=True)
    function = start("forms.throws_aside", SENTRY_FLUSH_TIMEOUT_MS="1500")
    started = time.monotonic()
    function.last_call({"fail": "x"}, function_timeout_s=60)
    assert sink.request_count == 1
    assert time.monotonic() - started < 5


def test_a_node_path_that_does_not_hold_the_layer_is_the_only_way_to_break_the_start(start):
    """`node -r` of a package that is not there ends Node.js; so the construct completes a NODE_PATH of the user's."""
    function = start("ok.handler", NODE_PATH="/nowhere")
    assert function.process.wait_for_exit() != 0


def test_a_layer_that_cannot_load_its_sdk_loses_the_event_alone(start, sink, tmp_path):
    package = tmp_path / "cdk_sentry_layer"
    package.mkdir()
    for file in (our_layer() / "cdk_sentry_layer").iterdir():
        if file.is_file() and file.name != "sdk.js":
            (package / file.name).write_bytes(file.read_bytes())
    (package / "sdk.js").write_text("throw new Error('disk full')")
    function = start("fails.handler", NODE_PATH=os.fspath(tmp_path))
    bare = start("fails.handler", layered=False)
    assert posted(function.call({"fail": "x"})) == posted(bare.call({"fail": "x"}))
    assert function.call().result == {"ok": True}
    assert len(function.notices()) == 1
