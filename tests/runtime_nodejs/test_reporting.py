"""What reaches Sentry, when, and what the caller notices of it."""

import hashlib
import json
import time

import pytest

from tests.harness.sink import Answer
from tests.runtime_nodejs.function import exception_of, frames_of
from tests.runtime_nodejs.node_runtime import NODEJS20, NODEJS24


def test_an_error_arrives_and_the_runtime_posts_what_it_posts_without_the_layer(runtime, start, sink):
    event = {"fail": "out of stock", "late": True}
    bare = start("fails.handler", runtime, layered=False).call(event)
    ours = start("fails.handler", runtime).call(event)
    (reported,) = sink.wait_for_events(1)
    assert exception_of(reported) == ("CheckoutError", "out of stock")
    assert ours.error_body == bare.error_body
    assert ours.xray_cause == bare.xray_cause


def test_an_error_thrown_before_the_first_await_is_posted_byte_for_byte_as_without_the_layer(runtime, start, sink):
    event = {"fail": "out of stock"}
    bare = start("fails.handler", runtime, layered=False).call(event)
    ours = start("fails.handler", runtime).call(event)
    assert ours.error_body == bare.error_body
    sink.wait_for_events(1)


def test_an_error_of_an_es_module_arrives(runtime, start, sink):
    bare = start("fails_esm.handler", runtime, layered=False).call({"fail": "x"})
    ours = start("fails_esm.handler", runtime).call({"fail": "x"})
    (reported,) = sink.wait_for_events(1)
    assert exception_of(reported) == ("TypeError", "x")
    assert ours.error_body == bare.error_body


def test_a_success_makes_no_request_and_loads_no_sdk(runtime, start, sink):
    function = start("loads.handler", runtime)
    for _ in range(3):
        assert function.call().result == {"sdk": False}
    assert sink.request_count == 0


def test_the_caller_does_not_wait_for_sentry(runtime, start, sink):
    sink.answer = Answer(delay_ms=300)
    function = start("fails.handler", runtime)
    invocations = [function.call({"fail": "x"}) for _ in range(3)]
    assert max(one.waited_ms for one in invocations) < 250
    assert len(sink.events) == 3, "each was sent before its environment would freeze"


def test_every_event_carries_the_vocabulary(runtime, start, sink):
    function = start(
        "fails.handler",
        runtime,
        SENTRY_ENVIRONMENT="production",
        SENTRY_RELEASE="shop@1.2.3",
        SENTRY_TAGS=json.dumps({"service": "checkout", "team": "growth"}),
    )
    first, second = function.call({"fail": "x"}), function.call({"Records": [{}, {}], "fail": "y"})
    cold, warm = sink.wait_for_events(2)
    assert cold["tags"] == {
        "service": "checkout",
        "team": "growth",
        "function_name": "checkout",
        "function_version": "$LATEST",
        "memory_mb": "128",
        "runtime": runtime.name,
        "architecture": cold["tags"]["architecture"],
        "aws_region": "eu-central-1",
        "cold_start": "true",
    }
    assert cold["tags"]["architecture"] in {"x86_64", "arm64"}
    assert (cold["environment"], cold["release"], cold["server_name"]) == ("production", "shop@1.2.3", "checkout")
    assert cold["extra"]["lambda"]["aws_request_id"] == first.request_id
    assert warm["extra"]["lambda"]["aws_request_id"] == second.request_id
    assert (warm["tags"]["cold_start"], warm["tags"]["batch_size"]) == ("false", "2")
    assert "/log-group/$252Faws$252Flambda$252Fcheckout/" in cold["extra"]["cloudwatch logs"]["url"]


@pytest.mark.parametrize(
    ("partition", "region", "console"),
    [
        ("aws", "eu-central-1", "console.aws.amazon.com"),
        ("aws-cn", "cn-north-1", "console.amazonaws.cn"),
        ("aws-us-gov", "us-gov-west-1", "console.amazonaws-us-gov.com"),
    ],
)
def test_the_log_link_leads_to_the_partition_s_console(start, sink, partition, region, console):
    arn = f"arn:{partition}:lambda:{region}:123456789012:function:checkout"
    start("fails.handler").call({"fail": "x"}, function_arn=arn)
    (event,) = sink.wait_for_events(1)
    assert event["extra"]["cloudwatch logs"]["url"].startswith(f"https://{console}/cloudwatch/home?region={region}#")


def test_an_event_has_the_stack_trace_with_its_source_and_the_console_as_breadcrumbs(runtime, start, sink):
    start("fails.handler", runtime).call({"fail": "x", "id": 7})
    (event,) = sink.wait_for_events(1)
    frame = frames_of(event)[-1]
    assert frame["filename"].endswith("/fails.js")
    assert frame["in_app"] is True
    assert "throw new CheckoutError(order.fail)" in frame["context_line"]
    assert not [each for each in frames_of(event) if "cdk_sentry_layer" in each["filename"]]
    (breadcrumb,) = event["breadcrumbs"]
    assert (breadcrumb["category"], breadcrumb["message"]) == ("console", "order received { id: 7 }")


def test_breadcrumbs_are_those_of_the_invocation_alone(start, sink):
    function = start("fails.handler")
    for number in range(3):
        function.call({"fail": "x", "id": number})
    messages = [[one["message"] for one in event["breadcrumbs"]] for event in sink.wait_for_events(3)]
    assert messages == [[f"order received {{ id: {number} }}"] for number in range(3)]


def test_chained_errors_arrive_with_their_causes(runtime, start, sink):
    start("fails.handler", runtime).call({"fail": "payment failed", "cause": "negative amount"})
    (event,) = sink.wait_for_events(1)
    chain = [(one["type"], one["value"]) for one in event["exception"]["values"]]
    assert chain == [("RangeError", "negative amount"), ("CheckoutError", "payment failed")]


def test_console_error_makes_no_event_unless_asked(start, sink):
    start("logs.handler").call()
    assert sink.request_count == 0


def test_console_error_makes_an_event_where_asked_and_an_error_in_it_keeps_its_stack(start, sink):
    start("logs.handler", SENTRY_CONSOLE_ERROR_EVENTS="true").call()
    error, logged = sorted(sink.wait_for_events(2), key=lambda event: "message" in event)
    assert logged["message"] == "stock is low: 3"
    assert exception_of(error) == ("RangeError", "no such item")


def test_user_and_request_are_sent_only_where_asked(start, sink):
    request = {
        "fail": "x",
        "httpMethod": "POST",
        "path": "/orders",
        "headers": {"Host": "shop.example", "X-Forwarded-Proto": "https", "Cookie": "session=1"},
        "requestContext": {"identity": {"sourceIp": "192.0.2.7"}},
        "body": "secret",
    }
    start("fails.handler").call(request)
    start("fails.handler", SENTRY_SEND_DEFAULT_PII="true").call(request)
    without, with_pii = sink.wait_for_events(2)
    assert "request" not in without
    assert "secret" not in json.dumps(without)
    assert "192.0.2.7" not in json.dumps(without)
    assert with_pii["request"]["url"] == "https://shop.example/orders"
    assert with_pii["user"]["ip_address"] == "192.0.2.7"


@pytest.mark.parametrize(
    "event",
    [
        {"headers": {"Sentry-Trace": "TRACE"}},
        {"Records": [{"messageAttributes": {"sentry-trace": {"stringValue": "TRACE"}}}]},
        {"Records": [{"Sns": {"MessageAttributes": {"sentry-trace": {"Value": "TRACE"}}}}]},
        {"detail": {"headers": {"sentry-trace": "TRACE"}}},
        {"Records": [{"body": '{"headers": {"sentry-trace": "TRACE"}}', "messageAttributes": {}}]},
    ],
    ids=["api-gateway", "sqs", "sns", "eventbridge", "body"],
)
def test_events_are_on_the_caller_s_trace(start, sink, event):
    trace = "771a43a4192642f0b136d5159a501700"
    caller = json.loads(json.dumps(event).replace("TRACE", f"{trace}-7c51afd529da4a2a-1"))
    start("fails.handler").call({**caller, "fail": "x"})
    (reported,) = sink.wait_for_events(1)
    assert reported["contexts"]["trace"]["trace_id"] == trace


def test_identical_errors_are_sent_a_limited_number_of_times_with_the_count_of_the_rest(start, sink):
    function = start("fails.handler", SENTRY_MAX_IDENTICAL_EVENTS_PER_MINUTE="3")
    for number in range(10):
        function.call({"fail": f"x {number}"})
    assert [exception_of(event)[1] for event in sink.events] == ["x 0", "x 1", "x 2"]


def test_what_was_held_back_is_counted_on_the_next_one_sent(start, sink):
    function = start("awkward.a_minute_later", SENTRY_MAX_IDENTICAL_EVENTS_PER_MINUTE="2")
    for _ in range(5):
        function.call()
    function.call({"later": True})
    function.call()
    assert [event["tags"].get("held_back") for event in sink.events] == [None, None, "3", None]


@pytest.mark.parametrize("mode", [{}, {"SENTRY_TRACES_SAMPLE_RATE": "1"}], ids=["lean", "full"])
def test_after_many_different_lines_on_the_console_the_handler_s_error_still_arrives(start, sink, mode):
    function = start("logs_many.handler", SENTRY_CONSOLE_ERROR_EVENTS="true", **mode)
    function.call({"lines": 5000, "fail": "after all records"})
    events = sink.wait_for_events(101, timeout_s=20)
    (error,) = [event for event in events if "exception" in event]
    assert exception_of(error) == ("TypeError", "after all records")
    assert error["tags"]["held_back"] == "4901", "with the line that logs the error"
    logged = {event["message"] for event in events if event is not error}
    assert logged == {f"bad record {number}" for number in range(100)}


def test_different_lines_on_the_console_have_a_limit_a_minute_together(start, sink):
    function = start("logs_many.handler", SENTRY_CONSOLE_ERROR_EVENTS="true")
    for _ in range(8):
        function.call({"lines": 100})
    function.call({"lines": 0, "fail": "still told"})
    events = sink.wait_for_events(601, timeout_s=20)
    assert len(events) == 601
    (error,) = [event for event in events if "exception" in event]
    assert (exception_of(error)[1], error["tags"]["held_back"]) == ("still told", "201")


def test_a_sample_rate_of_0_sends_nothing(start, sink):
    start("fails.handler", SENTRY_SAMPLE_RATE="0").call({"fail": "x"})
    assert sink.request_count == 0


@pytest.mark.parametrize("answer", [Answer.rate_limited(60), Answer.rate_limited(limits="60:error:key")])
def test_rate_limits_of_sentry_are_obeyed(start, sink, answer):
    sink.answer = answer
    function = start("fails.handler")
    for _ in range(3):
        function.call({"fail": "x"})
    assert sink.request_count == 1


def test_a_timeout_is_announced_before_it_happens(runtime, start, sink):
    function = start("forms.hangs", runtime)
    function.api.enqueue({}, function_timeout_s=2)
    (event,) = sink.wait_for_events(1, timeout_s=2)
    assert exception_of(event) == (
        "ServerlessTimeoutWarning",
        "Function is expected to time out. Configured timeout duration = 2 seconds.",
    )
    assert event["contexts"]["active resources"]["Timeout"] >= 1


def test_the_warning_has_the_id_under_which_the_forwarder_tells_of_the_timeout(start, sink):
    """Made as tests/forwarder/test_shared_ids.py holds the Python layer to."""
    invocation = start("forms.hangs").api.enqueue({}, function_timeout_s=2)
    (event,) = sink.wait_for_events(1, timeout_s=2)
    # The minute may have changed between the function and here.
    deadlines_s = (time.time(), time.time() + 2)
    identities = [f"{invocation.request_id} timeout {int(each // 60)}" for each in deadlines_s]
    assert event["event_id"] in [hashlib.sha256(each.encode()).hexdigest()[:32] for each in identities]


def test_no_timeout_is_announced_where_that_is_off(start, sink):
    function = start("forms.hangs", SENTRY_TIMEOUT_WARNING="false")
    function.api.enqueue({}, function_timeout_s=1)
    with pytest.raises(TimeoutError):
        sink.wait_for_events(1, timeout_s=1.2)


def test_no_trace_of_the_layer_is_left_in_node_options(runtime, start):
    """What the function starts in turn is not monitored, and what the user has there stays."""
    assert start("ok.handler", runtime).call().result["leftover"] is None
    own = "--max-http-header-size=9000 -r cdk_sentry_layer"
    assert start("ok.handler", runtime, NODE_OPTIONS=own).call().result["leftover"] == "--max-http-header-size=9000"


@pytest.mark.parametrize("runtime", [NODEJS20, NODEJS24], ids=lambda runtime: runtime.name)
def test_a_thousand_errors_whose_bodies_grow_past_32_kib_all_arrive_once(runtime, start, sink):
    """Bodies over 32 KiB are sent gzipped, which Sentry's own extension refuses."""
    function = start("grows.handler", runtime, SENTRY_MAX_IDENTICAL_EVENTS_PER_MINUTE="0")
    count = 1000
    for number in range(count):
        last = function.api.invoke({"number": number}, function_timeout_s=60)
    function.api.wait_for_next_poll(last)
    numbers = [int(exception_of(event)[1].split()[1]) for event in sink.events]
    assert sorted(numbers) == list(range(count))
    assert any(one.request.headers.get("content-encoding") == "gzip" for one in sink.received)
