"""Handlers in every form that AWS takes, and what becomes of their errors."""

import pytest

from tests.harness.sink import Answer
from tests.runtime_nodejs.function import exception_of, posted
from tests.runtime_nodejs.node_runtime import NODEJS20, NODEJS22, NODEJS24


@pytest.mark.parametrize(
    "handler",
    ["fails.handler", "folder/index.handler", "common.handler", "fails_esm.handler", "typed/index.handler"],
    ids=["js", "folder", "cjs", "mjs", "type-module"],
)
def test_a_handler_wherever_it_lies_is_loaded_and_followed(runtime, start, sink, handler):
    function = start(handler, runtime)
    assert function.call().result["ok"] is True
    function.call({"fail": "x"})
    assert exception_of(sink.wait_for_events(1)[0])[1] == "x"


def test_a_container_image_whose_command_names_the_handler(runtime, start, sink):
    function = start("fails.handler", runtime, config={"in_image": True})
    assert function.call().result == {"ok": True}
    function.call({"fail": "x"})
    sink.wait_for_events(1)


def test_the_module_is_loaded_once_and_in_init(runtime, start):
    function = start("counts.handler", runtime)
    assert [function.call().result for _ in range(3)] == [{"loads": 1, "calls": number} for number in (1, 2, 3)]


def test_a_nested_handler_is_found_as_the_runtime_finds_it(runtime, start, sink):
    start("forms.nested.handler", runtime).call({"fail": "x"})
    assert exception_of(sink.wait_for_events(1)[0]) == ("RangeError", "x")


def test_a_handler_that_throws_at_once(runtime, start, sink):
    bare = start("forms.sync_throw", runtime, layered=False).call({"fail": "x"})
    ours = start("forms.sync_throw", runtime).call({"fail": "x"})
    assert exception_of(sink.wait_for_events(1)[0]) == ("RangeError", "x")
    assert posted(ours) == posted(bare)


def test_whatever_is_thrown_that_is_no_error(runtime, start, sink):
    bare = start("forms.throws_text", runtime, layered=False).call({"fail": "just text"})
    ours = start("forms.throws_text", runtime).call({"fail": "just text"})
    assert "just text" in exception_of(sink.wait_for_events(1)[0])[1] + str(sink.events[0].get("message"))
    assert posted(ours) == posted(bare)


@pytest.mark.parametrize("handler", ["callback", "callback_at_once", "context_done"])
def test_callback_handlers(runtime_with_callbacks, start, sink, handler):
    bare = start(f"forms.{handler}", runtime_with_callbacks, layered=False)
    ours = start(f"forms.{handler}", runtime_with_callbacks)
    assert ours.call().response_body == bare.call().response_body
    assert sink.request_count == 0
    assert posted(ours.call({"fail": "x"})) == posted(bare.call({"fail": "x"}))
    assert exception_of(sink.wait_for_events(1)[0]) == ("RangeError", "x")


@pytest.mark.parametrize("handler", ["callback", "callback_at_once"])
def test_a_callback_does_not_wait_for_sentry_and_no_event_is_lost(runtime_with_callbacks, start, sink, handler):
    """With and without `callbackWaitsForEmptyEventLoop = false`."""
    sink.answer = Answer(delay_ms=300)
    function = start(f"forms.{handler}", runtime_with_callbacks)
    waited = [function.call({"fail": f"x {number}"}).waited_ms for number in range(5)]
    assert max(waited) < 250
    assert len(sink.events) == 5


def test_a_callback_does_not_wait_for_a_sentry_that_hangs(start, sink):
    """What is under way when the budget ends must not keep the event loop turning."""
    sink.answer = Answer(hang=True)
    function = start("forms.callback", NODEJS22, SENTRY_FLUSH_TIMEOUT_MS="100")
    function.call({"fail": "x"})
    assert max(function.call().waited_ms for _ in range(3)) < 250


def test_a_callback_handler_is_refused_where_the_runtime_refuses_it(start):
    bare = start("forms.callback", NODEJS24, layered=False).failed_init()
    ours = start("forms.callback", NODEJS24).failed_init()
    assert ours.error["errorType"] == bare.error["errorType"] == "Runtime.CallbackHandlerDeprecated"
    assert ours.error["errorMessage"] == bare.error["errorMessage"]


def test_a_streaming_handler_streams(runtime, start, sink):
    bare = start("forms.streams", runtime, layered=False).call()
    ours = start("forms.streams", runtime).call()
    assert ours.response_body == bare.response_body == b"first last"
    assert ours.answer_headers["lambda-runtime-function-response-mode"] == "streaming"
    assert sink.request_count == 0


def test_a_streaming_handler_that_fails_is_reported_and_ends_its_stream_as_without_the_layer(runtime, start, sink):
    # The client polls again while the end of the stream is under way.
    bare = start("forms.streams", runtime, layered=False).api.invoke({"fail": "x"})
    ours = start("forms.streams", runtime).api.invoke({"fail": "x"})
    assert exception_of(sink.wait_for_events(1)[0]) == ("RangeError", "x")
    assert posted(ours) == posted(bare)
    assert ours.answer_trailers["lambda-runtime-function-error-type"] == "RangeError"


def test_an_answer_that_cannot_be_serialised_is_reported_as_the_runtime_posts_it(start, sink):
    bare = start("forms.circular", NODEJS24, layered=False).call()
    ours = start("forms.circular", NODEJS24).call()
    assert exception_of(sink.wait_for_events(1)[0])[0] == ours.error["errorType"]
    assert posted(ours) == posted(bare)


@pytest.mark.parametrize("handler", ["rejects_aside", "throws_aside"])
def test_an_error_that_nobody_catches_ends_the_process_as_without_the_layer_and_is_reported(
    runtime, start, sink, handler
):
    bare, bare_code = start(f"forms.{handler}", runtime, layered=False).last_call({"fail": "x"})
    ours, ours_code = start(f"forms.{handler}", runtime).last_call({"fail": "x"})
    (event,) = sink.wait_for_events(1)
    assert exception_of(event) == ("RangeError", "x")
    assert event["tags"]["function_name"] == "checkout"
    assert event["extra"]["lambda"]["aws_request_id"] == ours.request_id
    assert event["exception"]["values"][-1]["mechanism"]["handled"] is False
    assert ours_code == bare_code
    if runtime.client == "client-v3":
        # From version 4 on the client posts nothing. The trace of a rejection names a line of Node.js itself that
        # depends on how many listen for rejections.
        assert ours.error["errorType"] == bare.error["errorType"]
        assert ours.error["errorMessage"] == bare.error["errorMessage"]


def test_an_exit_of_the_function_s_own_keeps_its_code(runtime, start, sink):
    _, code = start("forms.exits", runtime).last_call()
    assert code == 3
    assert sink.request_count == 0


@pytest.mark.parametrize(
    ("handler", "reported"),
    [
        ("broken/throws.handler", ("RangeError", "no configuration")),
        ("broken/throws_esm.handler", ("RangeError", "no configuration")),
        ("broken/rejects_esm.handler", ("RangeError", "no configuration")),
        ("broken/syntax.handler", ("SyntaxError", None)),
        ("broken/missing_module.handler", ("Error", None)),
        ("nowhere.handler", ("Error", None)),
        ("ok.nothing", ("Runtime.HandlerNotFound", "ok.nothing is undefined or not exported")),
        ("nodot", ("Runtime.MalformedHandlerName", "Bad handler")),
    ],
)
def test_a_module_that_cannot_be_loaded_is_reported_once_and_posted_as_without_the_layer(
    runtime, start, sink, handler, reported
):
    bare = start(handler, runtime, layered=False).failed_init()
    ours = start(handler, runtime).failed_init()
    assert (ours.error["errorType"], ours.error["errorMessage"]) == (
        bare.error["errorType"],
        bare.error["errorMessage"],
    )
    assert ours.headers["lambda-runtime-function-error-type"] == bare.headers["lambda-runtime-function-error-type"]
    (event,) = sink.wait_for_events(1)
    kind, message = exception_of(event)
    assert kind == reported[0]
    assert reported[1] in {message, None}
    assert event["tags"]["cold_start"] == "true"


def test_a_bundled_function_s_stack_trace_resolves_where_its_source_map_is_shipped(start, sink):
    """As NodejsFunction bundles, with `--enable-source-maps` in the function's own NODE_OPTIONS."""
    start("bundled/index.handler", NODE_OPTIONS="--enable-source-maps -r cdk_sentry_layer").call({"fail": "x"})
    (event,) = sink.wait_for_events(1)
    frames = event["exception"]["values"][-1]["stacktrace"]["frames"]
    assert frames[-1]["filename"].endswith("src/orders.ts")
    assert frames[-1]["lineno"] == 3


@pytest.mark.parametrize("runtime", [NODEJS20, NODEJS24], ids=lambda runtime: runtime.name)
def test_several_invocations_at_a_time_keep_their_own_breadcrumbs_and_request_ids(runtime, start, sink):
    """Lambda Managed Instances: worker threads that each take several events at once."""
    if runtime is NODEJS20:
        # Its client knows no such mode: the variable alone must not harm.
        start("ok.handler", runtime, AWS_LAMBDA_MAX_CONCURRENCY="4").call()
        return
    function = start("overlaps.handler", runtime, AWS_LAMBDA_MAX_CONCURRENCY="4", AWS_LAMBDA_NODEJS_WORKER_COUNT="1")
    invocations = [function.api.enqueue({"number": number}) for number in range(4)]
    for invocation in invocations:
        function.api.wait_for_answer(invocation)
    events = sink.wait_for_events(4)
    for event in events:
        number = int(exception_of(event)[1])
        assert event["extra"]["lambda"]["aws_request_id"] == invocations[number].request_id
        assert [one["message"] for one in event["breadcrumbs"]] == [f"before {number}", f"after {number}"]
