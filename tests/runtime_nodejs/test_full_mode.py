"""With a traces sample rate every invocation is a transaction, sent after the response."""

import pytest

from tests.harness.sink import Answer, Sink
from tests.runtime_nodejs.function import exception_of, posted

TRACE = "771a43a4192642f0b136d5159a501700"
FULL = {"SENTRY_TRACES_SAMPLE_RATE": "1"}


def test_an_invocation_is_a_transaction_that_the_caller_does_not_wait_for(runtime, start, sink):
    sink.answer = Answer(delay_ms=300)
    function = start("fails.handler", runtime, **FULL, SENTRY_RELEASE="shop@1")
    invocations = [function.call() for _ in range(3)]
    assert max(one.waited_ms for one in invocations) < 250
    transactions = sink.transactions
    assert [one["transaction"] for one in transactions] == ["checkout"] * 3
    assert {one["contexts"]["trace"]["op"] for one in transactions} == {"function.aws.lambda"}
    assert [one["extra"]["lambda"]["aws_request_id"] for one in transactions] == [one.request_id for one in invocations]
    assert [one["tags"]["cold_start"] for one in transactions] == ["true", "false", "false"]
    assert transactions[0]["release"] == "shop@1"


def test_a_transaction_ends_with_its_handler_not_with_its_report(start, sink):
    start("waits.handler", **FULL).call()
    (transaction,) = sink.wait_for_transactions(1)
    assert 0.045 < transaction["timestamp"] - transaction["start_timestamp"] < 0.3


def test_an_error_is_on_its_transaction_s_trace_and_marks_it(runtime, start, sink):
    start("fails.handler", runtime, **FULL).call({"fail": "x"})
    (event,), (transaction,) = sink.wait_for_events(1), sink.wait_for_transactions(1)
    assert event["contexts"]["trace"]["trace_id"] == transaction["contexts"]["trace"]["trace_id"]
    assert transaction["contexts"]["trace"]["status"] == "internal_error"


def test_the_caller_s_trace_is_continued(start, sink):
    start("fails.handler", **FULL).call({"headers": {"sentry-trace": f"{TRACE}-7c51afd529da4a2a-1"}})
    (transaction,) = sink.wait_for_transactions(1)
    assert transaction["contexts"]["trace"]["trace_id"] == TRACE
    assert transaction["contexts"]["trace"]["parent_span_id"] == "7c51afd529da4a2a"


@pytest.mark.parametrize("handler", ["asks_http", "asks_fetch"])
def test_outgoing_requests_are_spans_and_carry_the_trace(runtime, start, sink, handler):
    with Sink() as other:
        start(f"waits.{handler}", runtime, **FULL, OTHER=other.dsn.replace("/42", "/api/42/envelope/")).call()
        (transaction,) = sink.wait_for_transactions(1)
        headers = other.received[0].request.headers
    spans = transaction["spans"]
    assert [span["op"] for span in spans] == ["http.client"]
    assert transaction["contexts"]["trace"]["trace_id"] in headers["sentry-trace"]


def test_the_runtime_posts_the_error_that_it_posts_without_the_layer(runtime, start, sink):
    for event in ({"fail": "x"}, {"fail": "x", "late": True}):
        bare = start("fails.handler", runtime, layered=False).call(event)
        ours = start("fails.handler", runtime, **FULL).call(event)
        assert posted(ours) == posted(bare)
    assert {exception_of(event) for event in sink.wait_for_events(2)} == {("CheckoutError", "x")}


def test_a_rate_of_0_is_lean(start, sink):
    assert start("loads.handler", SENTRY_TRACES_SAMPLE_RATE="0").call().result == {"sdk": False}
    assert sink.request_count == 0


def test_a_streaming_handler_is_a_transaction(runtime, start, sink):
    assert start("forms.streams", runtime, **FULL).call().response_body == b"first last"
    sink.wait_for_transactions(1)
