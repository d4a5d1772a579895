"""From what CloudWatch Logs delivers to what Sentry gets: the forwarder's promises, with a scripted Sentry."""

import base64
import gzip
import json

import pytest
from cdk_sentry_forwarder import handler, sentry
from cdk_sentry_forwarder.deliveries import MalformedDeliveryError
from cdk_sentry_forwarder.handler import ForwardingError
from hypothesis import given
from hypothesis import strategies as st

from tests.forwarder.local_aws import BEGAN_MS, GROUP, STREAM, configuration, delivery, encoded
from tests.harness.sink import Answer

LAMBDA_WAITS_S = 60
REQUEST = "8f507cfc-4c1b-4697-b07a-ac58fc914c95"
TIMED_OUT = f"2026-11-21T09:14:07.412Z {REQUEST} Task timed out after 3.00 seconds"
REPORT = (
    f"REPORT RequestId: {REQUEST}\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\tMemory Size: 128 MB\t"
    "Max Memory Used: 64 MB\tStatus: timeout"
)
STREAMED = [
    f"START RequestId: {REQUEST} Version: 7",
    "order 17",
    "pay order 17",
    TIMED_OUT,
    f"END RequestId: {REQUEST}",
    REPORT,
]


@pytest.fixture
def cloud(cloud):
    cloud.streams[GROUP, STREAM] = timed(STREAMED)
    return cloud


def timed(texts, began_ms=BEGAN_MS):
    return [(began_ms + 10 * number, text) for number, text in enumerate(texts)]


def matched(texts, *wanted):
    return [each for each in timed(texts) if each[1] in wanted]


def forward(texts=STREAMED, *wanted, **where):
    return handler.handler(delivery(matched(texts, *(wanted or (TIMED_OUT, REPORT))), **where), None)


def test_one_fault_is_one_event_however_many_lines_tell_of_it(cloud, sink) -> None:
    assert forward() == {"sent": 1}

    (event,) = sink.wait_for_events(1)
    assert event["exception"]["values"][0]["type"] == "Sandbox.Timedout"
    assert event["exception"]["values"][0]["value"] == "Task timed out after 3.00 seconds"
    assert event["exception"]["values"][0]["mechanism"]["handled"] is False
    assert event["level"] == "fatal"


def test_an_event_carries_the_whole_vocabulary(cloud, sink) -> None:
    forward()

    (event,) = sink.wait_for_events(1)
    assert event["tags"] == {
        "service": "shop",
        "team": "growth",
        "function_name": "orders",
        "function_version": "7",
        "memory_mb": "128",
        "runtime": "python3.13",
        "architecture": "arm64",
        "aws_region": "eu-central-1",
        "cold_start": "false",
        "fault": "timeout",
    }
    assert event["environment"] == "production"
    assert event["release"] == "shop@1.2.3"
    assert event["server_name"] == "orders"
    assert event["platform"] == "python"


def test_an_event_says_what_the_invocation_took(cloud, sink) -> None:
    forward()

    (event,) = sink.wait_for_events(1)
    assert event["contexts"]["lambda"] == {
        "function_name": "orders",
        "function_version": "7",
        "invoked_function_arn": "arn:aws:lambda:eu-central-1:000000000000:function:orders",
        "aws_request_id": REQUEST,
        "cold_start": False,
        "timeout_s": 3,
        "duration_ms": 3000.0,
        "memory_mb": 128.0,
        "max_memory_used_mb": 64.0,
    }


def test_the_last_log_lines_of_the_request_are_breadcrumbs(cloud, sink) -> None:
    other = "11111111-4c1b-4697-b07a-ac58fc914c95"
    before = [f"START RequestId: {other} Version: 7", "order 16", f"REPORT RequestId: {other}\tDuration: 1.00 ms"]
    cloud.streams[GROUP, STREAM] = timed(before + STREAMED)

    forward(before + STREAMED)

    (event,) = sink.wait_for_events(1)
    messages = [crumb["message"] for crumb in event["breadcrumbs"]["values"]]
    assert messages == ["order 17", "pay order 17", TIMED_OUT, REPORT]


@pytest.mark.parametrize(
    ("region", "console"),
    [
        ("eu-central-1", "console.aws.amazon.com"),
        ("cn-north-1", "console.amazonaws.cn"),
        ("us-gov-west-1", "console.amazonaws-us-gov.com"),
    ],
)
def test_an_event_links_to_the_log_stream_in_the_console_of_its_partition(
    cloud, sink, monkeypatch, region, console
) -> None:
    monkeypatch.setenv("AWS_REGION", region)

    forward()

    (event,) = sink.wait_for_events(1)
    assert event["extra"]["cloudwatch logs"] == {
        "url": f"https://{console}/cloudwatch/home?region={region}#logsV2:log-groups/log-group/"
        "$252Faws$252Flambda$252Forders/log-events/"
        f"2026$252F11$252F21$252F$255B$2524LATEST$255D0123456789abcdef0123456789abcdef$3Fstart$3D{BEGAN_MS}",
        "log_group": GROUP,
        "log_stream": STREAM,
    }


def test_every_documented_fault_reaches_sentry_once(cloud, sink, faulty) -> None:
    cloud.configurations["orders"] = configuration(faulty.runtime)
    cloud.streams[GROUP, STREAM] = timed(faulty.lines)

    for text in faulty.lines:
        # Each line in a delivery of its own: the worst that CloudWatch Logs may do.
        forward(faulty.lines, text)

    (event,) = sink.events
    assert event["tags"]["fault"] == faulty.fault["kind"]
    assert event["tags"]["runtime"] == (faulty.runtime or "container image")
    assert event["contexts"]["lambda"]["aws_request_id"] == faulty.details["request_id"]


def test_healthy_invocations_say_nothing(cloud, sink, healthy) -> None:
    cloud.streams[GROUP, STREAM] = timed(healthy.lines)

    assert handler.handler(delivery(timed(healthy.lines)), None) == {"sent": 0}
    assert sink.request_count == 0


def test_events_are_grouped_by_function_and_kind_of_fault(cloud, sink) -> None:
    cloud.configurations["payments"] = configuration()
    group = "/aws/lambda/payments"
    cloud.streams[group, STREAM] = timed(STREAMED)

    forward()
    forward(group=group)

    first, second = sink.wait_for_events(2)
    assert first["fingerprint"] == ["cdk-sentry-fault", "orders", "timeout"]
    assert second["fingerprint"] == ["cdk-sentry-fault", "payments", "timeout"]


def test_uncaught_errors_of_different_types_are_different_issues(cloud, sink) -> None:
    texts = [
        STREAMED[0],
        "[ERROR] KeyError: 'a'\nTraceback (most recent call last):\n  ...",
        STREAMED[4],
        "REPORT " + REPORT.split(" ", 1)[1].rpartition("\t")[0],
    ]
    cloud.streams[GROUP, STREAM] = timed(texts)

    forward(texts, texts[1])

    (event,) = sink.wait_for_events(1)
    assert event["fingerprint"] == ["cdk-sentry-fault", "orders", "uncaught_error", "KeyError"]
    assert event["level"] == "error"
    assert "Traceback" in event["extra"]["stack_trace"]


LAYERED = {
    "uncaught_python_text": False,
    "uncaught_python_json": False,
    "import_error_python": False,
    "syntax_error_python": False,
    "handler_not_found_json": False,
    "timeout_text": True,
    "timeout_json": True,
    "out_of_memory_text": True,
    "out_of_memory_json": True,
    "exit_text": True,
    "segmentation_fault": True,
    "invalid_entrypoint": True,
    "init_timeout": True,
    "extension_crash": True,
}


def test_what_the_layer_has_sent_is_not_sent_twice(cloud, sink, faulty) -> None:
    """By kind of fault: what the process survives is the layer's. Of the rest test_shared_ids.py tells."""
    if faulty.name not in LAYERED:
        return
    cloud.configurations["orders"] = configuration(faulty.runtime, layer=True)
    cloud.streams[GROUP, STREAM] = timed(faulty.lines)

    assert handler.handler(delivery(timed(faulty.lines)), None) == {"sent": int(LAYERED[faulty.name])}


@pytest.mark.parametrize(("value", "sent"), [("true", 0), ("false", 1), ("", 1)])
def test_a_function_that_reports_its_errors_itself_says_so(cloud, sink, value, sent) -> None:
    cloud.configurations["orders"] = configuration("provided.al2023", SENTRY_REPORTS_ERRORS=value)
    texts = [STREAMED[0], '2026/11/21 09:14:07 {"errorMessage":"no such order","errorType":"errorString"}']
    cloud.streams[GROUP, STREAM] = timed(texts)

    assert forward(texts, texts[1]) == {"sent": sent}


def test_a_layer_that_cannot_be_loaded_is_reported_from_outside(cloud, sink) -> None:
    missing = "Unable to import module 'cdk_sentry_layer.bootstrap': No module named 'cdk_sentry_layer'"
    texts = [f"[ERROR] Runtime.ImportModuleError: {missing}\nTraceback (most recent call last):", STREAMED[0]]
    cloud.configurations["orders"] = configuration(layer=True)
    cloud.streams[GROUP, STREAM] = timed(texts)

    assert forward(texts, texts[0]) == {"sent": 1}


def test_the_functions_own_dsn_wins_over_the_forwarders(cloud, sink, monkeypatch) -> None:
    monkeypatch.setenv("SENTRY_DSN", "http://key@127.0.0.1:9/1")
    cloud.configurations["orders"] = configuration(SENTRY_DSN=sink.dsn)

    assert forward() == {"sent": 1}


@pytest.mark.parametrize(
    ("variables", "stored"),
    [
        ({"SENTRY_DSN_SSM_PARAMETER": "/Sentry/Dsn"}, "{dsn}"),
        ({"SENTRY_DSN_SSM_PARAMETER": "arn:aws:ssm:eu-central-1:0:parameter/Sentry/Dsn"}, "{dsn}\n"),
        ({"SENTRY_DSN_SECRET": "sentry"}, "{dsn}"),
        ({"SENTRY_DSN_SECRET": "sentry", "SENTRY_DSN_SECRET_FIELD": "dsn"}, '{{"dsn":"{dsn}"}}'),
    ],
)
def test_a_dsn_is_read_where_the_construct_put_it_once_an_environment(
    cloud, sink, monkeypatch, variables, stored
) -> None:
    monkeypatch.delenv("SENTRY_DSN")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    (place,) = (value for name, value in variables.items() if name != "SENTRY_DSN_SECRET_FIELD")
    cloud.parameters[place] = stored.format(dsn=sink.dsn)
    later = [text.replace(REQUEST, REQUEST.replace("8f", "9f")) for text in STREAMED]
    cloud.streams[GROUP, STREAM] += timed(later, BEGAN_MS + 60_000)

    forward()
    handler.handler(delivery(timed(later, BEGAN_MS + 60_000)), None)

    assert len(sink.wait_for_events(2)) == 2
    assert len([call for call in cloud.calls if call in ("GetParameter", "GetSecretValue")]) == 1


@pytest.mark.parametrize("refused", ["GetLogEvents", "GetFunctionConfiguration"])
def test_a_fault_is_reported_whatever_aws_refuses_to_tell(cloud, sink, refused, capsys) -> None:
    cloud.refused.add(refused)

    assert forward() == {"sent": 1}

    (event,) = sink.wait_for_events(1)
    assert event["tags"]["function_name"] == "orders"
    assert event["tags"]["fault"] == "timeout"
    assert event["contexts"]["lambda"]["aws_request_id"] == REQUEST
    assert "could not be read" in capsys.readouterr().out


@pytest.mark.parametrize(
    "answer",
    [Answer(status=500), Answer.rate_limited(), Answer(status=413), Answer.garbage(), Answer(cut_after_bytes=5)],
    ids=["error", "rate limit", "too large", "garbage", "cut off"],
)
def test_what_sentry_does_not_take_is_raised_so_that_lambda_tries_again(cloud, sink, clock, answer) -> None:
    sink.answer = answer
    with pytest.raises(ForwardingError):
        forward()

    sink.answer = Answer()
    clock.now_s += LAMBDA_WAITS_S
    assert forward() == {"sent": 1}
    assert len({event["event_id"] for event in sink.events}) == 1, "the repetition is the same event to Sentry"


def test_a_sentry_that_cannot_be_reached_is_raised(cloud, sink) -> None:
    sink.refuse()

    with pytest.raises(ForwardingError, match="could not be reached"):
        forward()


@pytest.mark.parametrize("value", ["", "none", "https://sentry.example.com/1"])
def test_a_dsn_that_is_none_is_raised_and_said(cloud, monkeypatch, value) -> None:
    monkeypatch.setenv("SENTRY_DSN", value)

    with pytest.raises(ForwardingError, match="DSN"):
        forward()


def test_one_event_that_fails_does_not_hold_up_the_others(cloud, sink) -> None:
    cloud.configurations["broken"] = configuration(SENTRY_DSN="none")
    group = "shared"
    streams = [STREAM.replace("[", "broken["), STREAM.replace("[", "orders[")]
    for stream in streams:
        cloud.streams[group, stream] = timed(STREAMED)

    with pytest.raises(ForwardingError):
        forward(group=group, stream=streams[0])
    assert forward(group=group, stream=streams[1]) == {"sent": 1}


def test_in_a_log_group_of_the_users_own_the_stream_tells_the_function(cloud, sink) -> None:
    stream = "2026/11/21/orders[7]0123456789abcdef0123456789abcdef"
    cloud.streams["shared", stream] = timed(STREAMED)

    forward(group="shared", stream=stream)

    (event,) = sink.wait_for_events(1)
    assert event["tags"]["function_name"] == "orders"


def test_a_repeated_delivery_is_one_event(cloud, sink) -> None:
    forward()
    forward()

    assert len(sink.wait_for_events(1)) == 1


def test_an_environment_that_has_forgotten_sends_the_same_event_again(cloud, sink, monkeypatch) -> None:
    """Sentry drops an event whose id it has."""
    forward()
    monkeypatch.setattr(handler, "_sentry", sentry.Delivery())
    forward(STREAMED, REPORT)

    first, second = sink.wait_for_events(2)
    assert first["event_id"] == second["event_id"]


def test_a_delivery_of_many_faults_reads_as_often_as_it_must(cloud, sink) -> None:
    cloud.configurations["orders"] = configuration(SENTRY_MAX_IDENTICAL_EVENTS_PER_MINUTE="0")
    texts = [text.replace(REQUEST, f"{number:08x}{REQUEST[8:]}") for number in range(300) for text in STREAMED]
    cloud.streams[GROUP, STREAM] = timed(texts)
    told = [each for each in timed(texts) if "Task timed out" in each[1]]

    assert handler.handler(delivery(told), None) == {"sent": 300}

    assert len({event["event_id"] for event in sink.events}) == 300
    assert cloud.calls.count("GetLogEvents") <= 2 + 300 * len(STREAMED) // 500
    assert cloud.calls.count("GetFunctionConfiguration") == 1


def test_cloudwatchs_test_messages_are_no_faults(cloud, sink) -> None:
    assert handler.handler(delivery([], kind="CONTROL_MESSAGE"), None) == {"sent": 0}


@pytest.mark.parametrize(
    "event",
    [
        {},
        [],
        None,
        "text",
        {"awslogs": None},
        {"awslogs": {"data": ""}},
        {"awslogs": {"data": "!!"}},
        {"awslogs": {"data": base64.b64encode(b"no gzip").decode()}},
        {"awslogs": {"data": base64.b64encode(gzip.compress(b"[" * 100_000)).decode()}},
        {"awslogs": {"data": base64.b64encode(gzip.compress(b"{}")[:-3]).decode()}},
        encoded([]),
        encoded({"messageType": "DATA_MESSAGE"}),
        encoded({"messageType": "DATA_MESSAGE", "logGroup": "g", "logStream": "s", "logEvents": [{"id": "1"}]}),
        {"detail-type": "Something Else"},
    ],
    ids=range(14),
)
def test_what_is_no_delivery_is_raised_so_that_it_ends_in_the_dead_letter_queue(cloud, event) -> None:
    with pytest.raises(MalformedDeliveryError):
        handler.handler(event, None)


@given(st.lists(st.text(max_size=200), max_size=5), st.text(max_size=20), st.text(max_size=20))
def test_no_delivery_is_too_strange(texts, group, stream) -> None:
    """Lines of any content are read without an error, and those that name no fault send nothing."""
    assert handler.handler(delivery(timed(texts), group=group, stream=stream), None) == {"sent": 0}


def test_a_hostile_delivery_of_many_large_lines_is_worked_off(cloud, sink) -> None:
    large = f"RequestId: {REQUEST} Error: {'x' * 200_000}\nRuntime.ExitError"
    texts = [
        STREAMED[0],
        *(f"{number} " + "\U0001f4a5" * 50_000 for number in range(20)),
        "[ERROR] A: b\nTraceback (most recent call last):" + "z" * 900_000,
        large,
        TIMED_OUT,
        REPORT,
    ]
    cloud.streams[GROUP, STREAM] = timed(texts)

    assert handler.handler(delivery(timed(texts)), None) == {"sent": 1}

    (event,) = sink.wait_for_events(1)
    assert len(json.dumps(event)) < 500_000, "Sentry takes 1 MB"
