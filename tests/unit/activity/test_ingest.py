"""`POST /activity`."""

import base64
import importlib.util
import json
from typing import Any

import activity_ingest
import activity_publish
import pytest
from activity_common import record
from activity_publish import Entry, publish
from botocore.exceptions import EndpointConnectionError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdk_sentry.assets import LAMBDA_SRC
from tests.unit.activity.fakes import Context, FakeKinesis, client_error, event, kinesis_record, proxy_request


@pytest.fixture
def kinesis(monkeypatch: pytest.MonkeyPatch) -> FakeKinesis:
    fake = FakeKinesis()
    monkeypatch.setattr(activity_ingest, "_kinesis", lambda: fake)
    monkeypatch.setattr(activity_publish, "FIRST_BACKOFF_S", 0)
    monkeypatch.setenv("STREAM_NAME", "activity")
    return fake


def post(body: Any, **more: Any) -> tuple[int, dict[str, Any]]:
    text = body if isinstance(body, str) or body is None else json.dumps(body)
    answer = activity_ingest.handler(proxy_request(text, **more), Context())
    assert answer["headers"]["content-type"] == "application/json"
    return answer["statusCode"], json.loads(answer["body"])


def test_a_valid_event_is_acknowledged_and_on_the_stream_under_its_user(kinesis: FakeKinesis) -> None:
    assert post(event()) == (202, {"accepted": 1, "results": [{"event_id": "e1", "status": "accepted"}]})
    (taken,) = kinesis.taken
    assert taken["PartitionKey"] == "ada"
    assert record.decode(taken["Data"]) == (event(), "request-1")


def test_a_body_in_base64_is_read(kinesis: FakeKinesis) -> None:
    body = base64.b64encode(json.dumps(event()).encode()).decode()
    assert post(body, isBase64Encoded=True)[0] == 202
    assert kinesis.taken


def test_an_invalid_event_is_answered_with_place_field_value_and_what_is_allowed(kinesis: FakeKinesis) -> None:
    status, body = post(event(user_id=17))
    assert status == 400
    (error,) = body["errors"]
    assert (error["index"], error["field"], error["value"]) == (0, "user_id", 17)
    assert "1 to 128 characters" in error["allowed"]
    assert "user_id" in body["message"]
    assert kinesis.taken == []


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""])
def test_another_content_type_is_a_415(kinesis: FakeKinesis, content_type: str) -> None:
    status, body = post(event(), content_type=content_type)
    assert status == 415
    assert "application/json" in body["message"]
    assert kinesis.taken == []


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON; charset=utf-8", None])
@pytest.mark.usefixtures("kinesis")
def test_json_is_taken_with_parameters_and_by_default(content_type: str | None) -> None:
    assert post(event(), content_type=content_type)[0] == 202


def test_a_body_that_is_too_large_is_a_413_with_both_sizes(kinesis: FakeKinesis) -> None:
    status, body = post(event(properties={"text": "x" * 2_100_000}))
    assert status == 413
    assert "2097152" in body["message"]
    assert kinesis.taken == []


def test_an_event_that_is_too_large_is_named(kinesis: FakeKinesis) -> None:
    status, body = post({"events": [event(), event(properties={"text": "\u00e9" * 40_000})]})
    assert status == 400
    (error,) = body["errors"]
    assert (error["index"], error["field"]) == (1, "event")
    assert "65536" in error["allowed"]
    assert kinesis.taken == []


def test_a_batch_is_acknowledged_event_by_event(kinesis: FakeKinesis) -> None:
    status, body = post({"events": [event(event_id=f"e{n}", user_id=f"u{n % 3}") for n in range(500)]})
    assert status == 202
    assert body["accepted"] == 500
    assert body["results"][7] == {"event_id": "e7", "status": "accepted"}
    assert [each["PartitionKey"] for each in kinesis.taken[:4]] == ["u0", "u1", "u2", "u0"]
    assert kinesis.calls == 1


def test_of_a_batch_with_bad_events_nothing_is_taken_and_each_is_named(kinesis: FakeKinesis) -> None:
    events = [event(), event(user_id=17), event(event_id="e2"), event(occurred_at="2999-01-01T00:00:00Z"), None]
    status, body = post({"events": events})
    assert status == 400
    assert [(each["index"], each["field"]) for each in body["errors"]] == [
        (1, "user_id"),
        (3, "occurred_at"),
        (4, "event"),
    ]
    assert "events[1]" in body["message"]
    assert kinesis.taken == []


@pytest.mark.parametrize("events", [[], [event()] * 501, {}, None, "text"])
def test_a_batch_has_1_to_500_events(kinesis: FakeKinesis, events: Any) -> None:
    status, body = post({"events": events})
    assert (status, body["errors"][0]["field"]) == (400, "events")
    assert "1 to 500" in body["errors"][0]["allowed"]
    assert kinesis.taken == []


def test_a_batch_holds_nothing_beside_its_events(kinesis: FakeKinesis) -> None:
    status, body = post({"events": [event()], "source": "web"})
    assert (status, body["errors"][0]["field"]) == (400, "source")
    assert kinesis.taken == []


def test_of_a_batch_only_what_kinesis_lastingly_refuses_is_reported_as_failed(kinesis: FakeKinesis) -> None:
    kinesis.refusals = [{1, 3}, *[{0}] * activity_publish.ATTEMPTS]  # positions within each call
    status, body = post({"events": [event(event_id=f"e{n}") for n in range(5)]})
    assert status == 503
    assert [each["status"] for each in body["results"]] == ["accepted", "failed"] + ["accepted"] * 3
    assert len(kinesis.taken) == 4


def test_whoever_logs_in_writes_nobody_elses_data(kinesis: FakeKinesis) -> None:
    context = {"requestId": "r", "authorizer": {"claims": {"sub": "ada"}}}
    assert post({"events": [event(), event(user_id="eve")]}, requestContext=context)[0] == 403
    assert kinesis.taken == []
    assert post(event(), requestContext=context)[0] == 202


def test_the_callers_trace_goes_on_in_the_record(kinesis: FakeKinesis) -> None:
    trace = f"{'a' * 32}-{'b' * 16}-1"
    headers = {"Sentry-Trace": trace, "Baggage": "user=ada, sentry-environment=test,sentry-release=1"}
    request = proxy_request(json.dumps(event()))
    request["headers"] |= headers
    activity_ingest.handler(request, Context())
    (taken,) = kinesis.taken
    assert json.loads(taken["Data"])["headers"] == {
        "sentry-trace": trace,
        "baggage": "sentry-environment=test,sentry-release=1",
    }
    assert record.decode(taken["Data"])[0] == event()


def test_the_layer_finds_the_trace_in_what_ingest_put_on_the_stream(kinesis: FakeKinesis) -> None:
    """So the validator continues the trace of the request."""
    source = LAMBDA_SRC / "sentry_layer_python" / "cdk_sentry_layer" / "trace_headers.py"
    spec = importlib.util.spec_from_file_location("trace_headers_of_the_layer", source)
    assert spec is not None
    assert spec.loader is not None
    trace_headers = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(trace_headers)
    request = proxy_request(json.dumps(event()))
    request["headers"] |= {"sentry-trace": f"{'a' * 32}-{'b' * 16}-1"}
    activity_ingest.handler(request, Context())
    batch = {"Records": [kinesis_record(kinesis.taken[0]["Data"])]}
    assert trace_headers.of_event(batch, None) == {"sentry-trace": f"{'a' * 32}-{'b' * 16}-1"}


def test_a_trace_of_x_ray_goes_on_if_it_is_sampled(kinesis: FakeKinesis, monkeypatch: pytest.MonkeyPatch) -> None:
    for sampled in "01":
        monkeypatch.setenv("_X_AMZN_TRACE_ID", f"Root=1-2-3;Sampled={sampled}")
        post(event())
    first, second = (json.loads(taken["Data"]) for taken in kinesis.taken)
    assert "headers" not in first
    assert second["headers"] == {"x-amzn-trace-id": "Root=1-2-3;Sampled=1"}


def test_broken_base64_is_a_400(kinesis: FakeKinesis) -> None:
    assert post("%%%", isBase64Encoded=True)[0] == 400
    assert kinesis.taken == []


def test_what_was_taken_is_counted_in_cloudwatch(capsys: pytest.CaptureFixture[str], kinesis: FakeKinesis) -> None:
    kinesis.refusals = [{1}, *[{0}] * activity_publish.ATTEMPTS]
    post({"events": [event(), event(event_id="e2")]})
    metrics = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert metrics["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "ActivityPipeline"
    assert (metrics["EventsAccepted"], metrics["EventsFailed"]) == ([1.0], [1.0])


@pytest.mark.parametrize("body", [None, "", "\ud800", "{}", "[]", '{"a":' * 20_000])
def test_a_broken_body_is_a_400(kinesis: FakeKinesis, body: str | None) -> None:
    status = post(body)[0]
    assert status in (400, 413)
    assert kinesis.taken == []


def test_headers_may_be_missing_altogether(kinesis: FakeKinesis) -> None:
    assert activity_ingest.handler(proxy_request("{", headers=None), Context())["statusCode"] == 400
    assert kinesis.taken == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.text(st.characters(), max_size=200))
def test_no_body_makes_the_function_fail(kinesis: FakeKinesis, body: str) -> None:
    assert post(body)[0] == 400
    assert kinesis.taken == []


def test_a_record_that_kinesis_refuses_at_first_is_put_again(kinesis: FakeKinesis) -> None:
    kinesis.refusals = [{0}, client_error("InternalFailure"), EndpointConnectionError(endpoint_url="https://x")]
    assert post(event())[0] == 202
    assert len(kinesis.taken) == 1
    assert kinesis.calls == 4


def test_an_event_that_kinesis_does_not_have_is_not_acknowledged(kinesis: FakeKinesis) -> None:
    kinesis.refusals = [{0}] * activity_publish.ATTEMPTS
    status, body = post(event())
    assert status == 503
    assert body["results"] == [{"event_id": "e1", "status": "failed"}]
    assert "again" in body["message"]
    assert kinesis.taken == []


def test_an_outage_is_said_as_an_error_and_without_the_users_data(
    kinesis: FakeKinesis, caplog: pytest.LogCaptureFixture
) -> None:
    kinesis.refusals = [{0}] * activity_publish.ATTEMPTS
    post(event(user_id="secret-user", properties={"note": "secret-note"}))
    assert [entry.levelname for entry in caplog.records] == ["ERROR"]
    assert "secret" not in str([vars(entry) for entry in caplog.records])


def test_only_the_records_that_were_refused_are_put_again() -> None:
    kinesis = FakeKinesis(refusals=[{1, 2}, {1}])
    entries = [Entry(str(number), partition_key="u", data=b"%d" % number) for number in range(4)]
    missed = publish(kinesis, "activity", entries, time_left_ms=lambda: 60_000, sleep=lambda _: None)
    assert missed == set()
    assert [each["Data"] for each in kinesis.taken] == [b"0", b"3", b"1", b"2"]


def test_waiting_grows_with_each_attempt_and_is_random() -> None:
    waits: list[float] = []
    kinesis = FakeKinesis(refusals=[{0}] * 200)
    entries = [Entry("e", partition_key="u", data=b"")]
    for _ in range(20):
        publish(kinesis, "activity", entries, time_left_ms=lambda: 60_000, sleep=waits.append)
    per_call = activity_publish.ATTEMPTS - 1
    assert len(waits) == 20 * per_call
    for attempt in range(per_call):
        of_attempt = waits[attempt::per_call]
        assert max(of_attempt) <= activity_publish.FIRST_BACKOFF_S * 2**attempt
        assert len(set(of_attempt)) > 1


def test_no_attempt_starts_without_the_time_for_it() -> None:
    kinesis = FakeKinesis(refusals=[{0}] * 5)
    entries = [Entry("e", partition_key="u", data=b"")]
    assert publish(kinesis, "activity", entries, time_left_ms=lambda: 100, sleep=lambda _: None) == {0}
    assert kinesis.calls == 1
