"""Full mode: transactions and spans as Sentry's own integration gives them, on the caller's trace."""

import base64
import json
from typing import Any

import pytest
from cdk_sentry_layer import trace_headers

from tests.harness.answer import Answer
from tests.harness.aws_api import AwsApi, parameter
from tests.runtime.lambda_function import Function

FULL = {"SENTRY_TRACES_SAMPLE_RATE": "1"}
TRACE_ID = "0123456789abcdef0123456789abcdef"
SENTRY_TRACE = f"{TRACE_ID}-fedcba9876543210-1"
BAGGAGE = f"sentry-trace_id={TRACE_ID},sentry-environment=caller"
HEADERS = {"sentry-trace": SENTRY_TRACE, "baggage": BAGGAGE}


def test_each_invocation_is_a_transaction() -> None:
    with Function("errors.handler", FULL) as function:
        function.invoke({})
        (transaction,) = function.sink.wait_for_transactions(1)
    trace = transaction["contexts"]["trace"]
    assert transaction["transaction"] == "checkout"
    assert transaction["transaction_info"] == {"source": "component"}
    assert (trace["op"], trace["origin"]) == ("function.aws", "auto.function.aws_lambda")
    assert "status" not in trace
    assert transaction["tags"]["service"] == "shop"
    assert transaction["tags"]["cold_start"] == "true"
    assert transaction["extra"]["lambda"]["function_name"] == "checkout"


def test_a_transaction_lasts_as_long_as_the_handler_not_as_the_report() -> None:
    with Function("waits.handler", FULL, answer=Answer(delay_ms=300)) as function:
        function.invoke({"seconds": 0.2})
        function.invoke({"seconds": 0.2})
        for transaction in function.sink.wait_for_transactions(2):
            from_s, to_s = (
                float(transaction[name][17:26]) + 60 * float(transaction[name][14:16])
                for name in ("start_timestamp", "timestamp")
            )
            assert 0.2 <= (to_s - from_s) % 3600 < 0.3


def test_an_error_and_its_transaction_are_one_trace_and_the_transaction_says_that_it_failed() -> None:
    with Function("errors.handler", FULL) as function:
        function.invoke({"kind": "plain"})
        (event,) = function.sink.wait_for_events(1)
        (transaction,) = function.sink.wait_for_transactions(1)
    assert event["contexts"]["trace"]["trace_id"] == transaction["contexts"]["trace"]["trace_id"]
    assert event["contexts"]["trace"]["span_id"] == transaction["contexts"]["trace"]["span_id"]
    assert transaction["contexts"]["trace"]["status"] == "internal_error"


def test_invocations_are_traces_of_their_own() -> None:
    with Function("errors.handler", FULL) as function:
        for _ in range(3):
            function.invoke({})
        transactions = function.sink.wait_for_transactions(3)
    assert len({transaction["contexts"]["trace"]["trace_id"] for transaction in transactions}) == 3


def test_a_response_does_not_wait_for_its_transaction() -> None:
    with Function("errors.handler", FULL, answer=Answer(delay_ms=300)) as function:
        function.invoke({})
        invocation = function.invoke({})
        function.sink.wait_for_transactions(2)
    assert invocation.waited_ms < 100


def test_outgoing_requests_are_spans_and_carry_the_trace() -> None:
    with Function("errors.handler") as shop:
        address = shop.sink.dsn.partition("@")[2].partition("/")[0]
        with Function("uses_libraries.handler", {**FULL, "SHOP_ADDRESS": address}) as function:
            assert function.invoke(HEADERS | {"headers": HEADERS}).result == 404
            (transaction,) = function.sink.wait_for_transactions(1)
        (outgoing,) = shop.sink.wait_for_requests(1)
    (span,) = transaction["spans"]
    assert span["op"] == "http.client"
    assert outgoing.request.headers["sentry-trace"].startswith(f"{TRACE_ID}-{span['span_id']}")


def test_calls_to_aws_are_spans_because_the_function_imports_boto3() -> None:
    with (
        AwsApi(parameter("12.50")) as aws,
        Function("uses_boto3.handler", {**FULL, **aws.environment}) as function,
    ):
        assert function.invoke({}).result == "12.50"
        (transaction,) = function.sink.wait_for_transactions(1)
        assert function.said() == []
    assert "aws.ssm.GetParameter" in [span.get("description") for span in transaction["spans"]]
    assert "boto3" in transaction["sdk"]["integrations"] or transaction["spans"]


def test_a_function_that_does_not_import_boto3_does_not_load_it() -> None:
    with Function("reports_botocore.handler", FULL) as function:
        assert function.invoke({}).result is False


def test_a_sample_rate_of_zero_is_lean() -> None:
    with Function("reports_modules.handler", {"SENTRY_TRACES_SAMPLE_RATE": "0"}) as function:
        assert function.invoke({}).result["sentry_sdk"] is False
        function.invoke({})
        assert function.sink.request_count == 0


def kinesis(payload: Any) -> dict[str, Any]:
    """A batch of two records, the second of which carries `payload`."""
    plain, traced = (base64.b64encode(json.dumps(data).encode()).decode() for data in ({"n": 1}, payload))
    return {
        "Records": [
            {"eventSource": "aws:kinesis", "kinesis": {"data": plain}},
            {"eventSource": "aws:kinesis", "kinesis": {"data": traced}},
        ]
    }


SQS_ATTRIBUTES = {name: {"stringValue": value, "dataType": "String"} for name, value in HEADERS.items()}
SNS_ATTRIBUTES = {name: {"Type": "String", "Value": value} for name, value in HEADERS.items()}
CARRIERS: dict[str, dict[str, Any]] = {
    "API Gateway v1": {"httpMethod": "GET", "headers": {"Sentry-Trace": SENTRY_TRACE, "Baggage": BAGGAGE}},
    "API Gateway v2, function URL": {"version": "2.0", "headers": HEADERS},
    "load balancer, multi-value": {"headers": None, "multiValueHeaders": {k: [v] for k, v in HEADERS.items()}},
    "SQS": {"Records": [{"messageAttributes": {}}, {"messageAttributes": SQS_ATTRIBUTES, "body": "{}"}]},
    "SNS": {"Records": [{"EventSource": "aws:sns", "Sns": {"MessageAttributes": SNS_ATTRIBUTES}}]},
    "SNS through SQS": {
        "Records": [{"messageAttributes": {}, "body": json.dumps({"MessageAttributes": SNS_ATTRIBUTES})}]
    },
    "EventBridge": {"detail-type": "order", "detail": {"order": 1, **HEADERS}},
    "EventBridge, headers": {"detail-type": "order", "detail": {"headers": HEADERS}},
    "EventBridge through SQS": {
        "Records": [{"messageAttributes": {}, "body": json.dumps({"detail": {"headers": HEADERS}})}]
    },
    "Kinesis": kinesis({"n": 2, **HEADERS}),
    "Kinesis, headers": kinesis({"n": 2, "headers": HEADERS}),
}


def test_the_callers_trace_is_continued_from_every_source() -> None:
    with Function("errors.handler", FULL) as function:
        for event in CARRIERS.values():
            function.invoke(event)
        transactions = function.sink.wait_for_transactions(len(CARRIERS))
    continued = {
        source: (trace["trace_id"], trace["parent_span_id"])
        for source, trace in zip(
            CARRIERS, (transaction["contexts"]["trace"] for transaction in transactions), strict=True
        )
    }
    assert continued == dict.fromkeys(CARRIERS, (TRACE_ID, "fedcba9876543210"))


def test_the_callers_trace_is_continued_from_a_direct_call() -> None:
    with Function("errors.handler", FULL) as function:
        function.invoke({}, client_context={"custom": HEADERS, "client": {}, "env": {}})
        (transaction,) = function.sink.wait_for_transactions(1)
    assert transaction["contexts"]["trace"]["trace_id"] == TRACE_ID


def test_an_error_in_lean_mode_is_on_the_callers_trace_too() -> None:
    with Function("errors.handler") as function:
        function.invoke({"kind": "plain", "headers": HEADERS})
        function.invoke({"kind": "chained", "headers": HEADERS})
        events = function.sink.wait_for_events(2)
    assert {event["contexts"]["trace"]["trace_id"] for event in events} == {TRACE_ID}


@pytest.mark.parametrize(
    "event",
    [None, 7, "text", [], [None], {"Records": None}, {"Records": [None, 7]}, {"headers": 3}, {"detail": [1]}],
)
def test_an_event_of_any_shape_is_no_carrier_and_no_problem(event: Any) -> None:
    assert trace_headers.of_event(event, None) == {}
