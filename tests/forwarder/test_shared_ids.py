"""What the layer has told of and the platform tells of again has one id, of which Sentry keeps one event."""

import json
import time

import pytest
from cdk_sentry_forwarder import handler

from tests.forwarder.local_aws import GROUP, configuration, delivery
from tests.runtime.lambda_function import Function

TIMEOUT_S = 2
MINUTE_MS = 60_000


@pytest.fixture
def tell(cloud, sink):
    """Delivers the last line of a log stream; returns the id of the event."""
    cloud.configurations["orders"] = configuration(layer=True) | {"Timeout": TIMEOUT_S}

    def deliver(lines, log_stream):
        cloud.streams[GROUP, log_stream] = lines
        handler.handler(delivery(lines[-1:], stream=log_stream), None)
        return sink.events[-1]["event_id"]

    return deliver


@pytest.fixture
def from_outside(tell):
    """The ids that the forwarder sends for an invocation of a function with the layer."""

    def send(began_ms, log_stream, request_id, said):
        start = f"START RequestId: {request_id} Version: 7"
        return tell([(began_ms, start), (began_ms + 40, said.format(id=request_id))], log_stream)

    return send


@pytest.mark.parametrize(
    ("function_handler", "event", "error_type", "said"),
    [
        (
            "errors.handler",
            {"kind": "exits"},
            "SystemExit",
            "RequestId: {id} Error: Runtime exited with error: exit status 3\nRuntime.ExitError",
        ),
        (
            "waits.handler",
            {"seconds": 20},
            "ServerlessTimeoutWarning",
            "2026-11-21T09:14:07.412Z {id} Task timed out after 2.00 seconds",
        ),
    ],
)
def test_what_the_layer_has_told_of_has_the_same_id_from_outside(
    from_outside, function_handler, event, error_type, said
) -> None:
    began_ms = int(time.time() * 1000)
    with Function(function_handler, timeout_s=TIMEOUT_S) as function:
        invocation = function.api.enqueue(event, function_timeout_s=TIMEOUT_S)
        (told,) = function.sink.wait_for_events(1)
    assert told["exception"]["values"][-1]["type"] == error_type
    log_stream = told["extra"]["cloudwatch logs"]["log_stream"]
    # The minute may have changed between here and the function.
    seen = {
        from_outside(start_ms, log_stream, invocation.request_id, said)
        for start_ms in (began_ms, int(time.time() * 1000))
    }

    assert told["event_id"] in seen


def test_where_the_log_does_not_say_when_an_invocation_began_its_report_does(tell, from_outside) -> None:
    """Such as with the system log level WARN, which leaves the line `platform.start` out."""
    stream, request = "2026/11/21/[$LATEST]0123456789abcdef0123456789abcdef", "8f507cfc-4c1b-4697-b07a-ac58fc914c95"
    said = "2026-11-21T09:14:07.412Z {id} Task timed out after 2.00 seconds"
    began_ms = 1_795_252_447_000
    report = {"requestId": request, "metrics": {"durationMs": 2_000.0}, "status": "timeout"}
    line = (began_ms + 2_000, json.dumps({"type": "platform.report", "record": report}))

    assert from_outside(began_ms, stream, request, said) == tell([line], stream)


def test_each_attempt_at_a_request_has_an_id_of_its_own(from_outside) -> None:
    """Lambda tries an asynchronous request again under the same id, a minute later, often in the same environment."""
    stream, request = "2026/11/21/[$LATEST]0123456789abcdef0123456789abcdef", "8f507cfc-4c1b-4697-b07a-ac58fc914c95"
    said = "2026-11-21T09:14:07.412Z {id} Task timed out after 2.00 seconds"
    began_ms = 1_795_252_447_000

    ids = {from_outside(began_ms + attempt * MINUTE_MS, stream, request, said) for attempt in range(3)}

    assert len(ids) == 3


def test_another_error_of_the_same_environment_has_an_id_of_its_own() -> None:
    with Function("errors.handler") as function:
        function.invoke({"kind": "plain"})
        function.api.enqueue({"kind": "exits"})
        first, last = function.sink.wait_for_events(2)

    assert first["event_id"] != last["event_id"]
