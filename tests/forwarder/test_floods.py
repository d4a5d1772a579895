"""Faults by the thousand, and a Sentry that cannot take them: what is sent, what is asked of AWS, what is counted."""

import time

import pytest
from cdk_sentry_forwarder import floods, handler
from cdk_sentry_forwarder.floods import DEFAULT_LIMIT, MAX_FRUITLESS
from cdk_sentry_forwarder.handler import ForwardingError

from tests.forwarder.local_aws import BEGAN_MS, GROUP, STREAM, configuration, delivery
from tests.harness.sink import Answer, Sink

# As many execution environments, each a log stream with deliveries of its own.
ENVIRONMENTS = 1_000
INVOCATIONS_EACH = 5
EXITED = "RequestId: {id} Error: Runtime exited with error: exit status 3\nRuntime.ExitError"
TIMED_OUT = "2026-11-21T09:14:07.412Z {id} Task timed out after 3.00 seconds"
IMPORT_ERROR = (
    "[ERROR] Runtime.ImportModuleError: Unable to import module 'orders': No module named 'requests'\n"
    "Traceback (most recent call last):"
)
REPORT = "REPORT RequestId: {id}\tDuration: 41.20 ms\tMemory Size: 128 MB\tMax Memory Used: 64 MB\t"


@pytest.fixture
def happen(cloud):
    """Has faults written into the log of an environment; returns their delivery."""

    def write(said, environment=0, count=1):
        lines: list[tuple[int, str]] = []
        for number in range(count):
            request_id = f"{environment:08x}-4c1b-4697-b07a-{number:012x}"
            for text in ("START RequestId: {id} Version: 7", "order 17", said, REPORT):
                lines.append((BEGAN_MS + len(lines), text.format(id=request_id)))
        stream = f"{STREAM[:-8]}{environment:08x}"
        cloud.streams[GROUP, stream] = lines
        told = [each for each in lines if each[1].startswith(said[:9].format(id=""))]
        return delivery([each for each in told if "START" not in each[1]], stream=stream)

    return write


def forward(*deliveries):
    return sum(handler.handler(each, None)["sent"] for each in deliveries)


def held_back(event):
    return int(event["tags"].get("held_back", 0))


def test_of_one_kind_as_many_events_a_minute_are_sent_as_the_function_says(cloud, happen) -> None:
    cloud.configurations["orders"] = configuration(SENTRY_MAX_IDENTICAL_EVENTS_PER_MINUTE="3")

    assert forward(happen(TIMED_OUT, count=10)) == 3


def test_a_flood_asks_little_of_sentry_and_of_aws_and_each_fault_is_counted(cloud, sink, happen, clock) -> None:
    """5,000 crashes of 1,000 environments: in one second, where an account may run as many."""
    flood = [happen(EXITED, environment, INVOCATIONS_EACH) for environment in range(ENVIRONMENTS)]
    cpu_s = time.process_time()

    assert forward(*flood) == DEFAULT_LIMIT

    assert time.process_time() - cpu_s < 5
    assert cloud.calls.count("GetLogEvents") == DEFAULT_LIMIT / INVOCATIONS_EACH + MAX_FRUITLESS
    assert cloud.calls.count("GetFunctionConfiguration") == 1
    clock.now_s += 60
    assert forward(happen(EXITED, ENVIRONMENTS)) == 1
    assert held_back(sink.events[-1]) == ENVIRONMENTS * INVOCATIONS_EACH - DEFAULT_LIMIT


def test_what_is_counted_is_bounded_whatever_the_number_of_functions(cloud, sink, happen, clock, monkeypatch) -> None:
    monkeypatch.setattr(floods, "MAX_COUNTED", 20)
    cloud.configurations["orders"] = configuration(SENTRY_MAX_IDENTICAL_EVENTS_PER_MINUTE="1")
    for said in (EXITED, TIMED_OUT):
        forward(*(happen(said, environment) for environment in range(50)))
    clock.now_s += 60

    forward(happen(EXITED, ENVIRONMENTS), happen(TIMED_OUT, ENVIRONMENTS + 1))
    assert [held_back(event) for event in sink.events[-2:]] == [20, 0]

    forward(*(happen(TIMED_OUT, environment) for environment in range(50)))
    clock.now_s += 60
    forward(happen(TIMED_OUT, ENVIRONMENTS + 2))
    assert held_back(sink.events[-1]) == 20, "what was told makes room again"


def test_another_fault_is_seen_in_the_flood(cloud, sink, happen) -> None:
    forward(*(happen(EXITED, environment) for environment in range(2 * MAX_FRUITLESS + DEFAULT_LIMIT)))

    assert forward(happen(TIMED_OUT, ENVIRONMENTS)) == 1
    assert sink.events[-1]["tags"]["fault"] == "timeout"


def test_another_function_is_seen_in_the_flood(cloud, happen) -> None:
    """Also where both write to one log group of the user's own."""
    forward(*(happen(EXITED, environment) for environment in range(2 * MAX_FRUITLESS + DEFAULT_LIMIT)))
    request_id = "8f507cfc-4c1b-4697-b07a-ac58fc914c95"

    assert forward(delivery([(BEGAN_MS, EXITED.format(id=request_id))], group="/aws/lambda/payments")) == 1


def test_a_flood_of_what_the_layer_reports_asks_little_of_aws_too(cloud, happen) -> None:
    cloud.configurations["orders"] = configuration(layer=True)

    assert forward(*(happen(IMPORT_ERROR, environment) for environment in range(ENVIRONMENTS))) == 0

    assert cloud.calls.count("GetLogEvents") == MAX_FRUITLESS


def test_no_limit_is_no_limit(cloud, happen) -> None:
    cloud.configurations["orders"] = configuration(SENTRY_MAX_IDENTICAL_EVENTS_PER_MINUTE="0")

    assert forward(*(happen(EXITED, environment) for environment in range(3 * MAX_FRUITLESS))) == 3 * MAX_FRUITLESS


def test_a_sentry_that_asks_for_a_pause_gets_it(cloud, sink, happen, clock) -> None:
    sink.answer = Answer.rate_limited(90)
    with pytest.raises(ForwardingError, match="90 s"):
        forward(happen(TIMED_OUT, count=20))
    assert len(sink.received) == 1
    sink.answer = Answer()

    clock.now_s += 89
    with pytest.raises(ForwardingError, match="another 1 s"):
        forward(happen(TIMED_OUT, count=20))
    clock.now_s += 1
    assert forward(happen(TIMED_OUT, count=20)) == 20


def test_a_sentry_that_cannot_be_reached_holds_up_a_delivery_once(cloud, sink, happen) -> None:
    """Each attempt may take seconds: twenty would be past the forwarder's own timeout."""
    sink.answer = Answer(cut_after_bytes=5)

    with pytest.raises(ForwardingError):
        forward(happen(TIMED_OUT, count=20))

    assert len(sink.received) == 1


def test_the_pause_of_one_dsn_is_not_that_of_another(cloud, sink, happen) -> None:
    request_id = "8f507cfc-4c1b-4697-b07a-ac58fc914c95"
    sink.answer = Answer.rate_limited()
    with pytest.raises(ForwardingError):
        forward(happen(TIMED_OUT))

    with Sink() as other:
        cloud.configurations["payments"] = configuration(SENTRY_DSN=other.dsn)
        assert forward(delivery([(BEGAN_MS, TIMED_OUT.format(id=request_id))], group="/aws/lambda/payments")) == 1


@pytest.mark.parametrize("value", ["soon", "nan", "-1", "1e999", ""])
def test_a_pause_of_no_sensible_length_is_bounded(cloud, sink, happen, clock, value) -> None:
    sink.answer = Answer(status=429, headers={"Retry-After": value})
    with pytest.raises(ForwardingError):
        forward(happen(TIMED_OUT))
    sink.answer = Answer()
    clock.now_s += 300

    assert forward(happen(TIMED_OUT)) == 1
