"""A DSN that is read at run time: once, with the first event, never on the path of a healthy invocation."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.harness.http_server import LOOPBACK, Connection, ThreadedServer
from tests.runtime_nodejs.function import exception_of


class Aws:
    """SSM and Secrets Manager, as far as they are asked here."""

    def __init__(self) -> None:
        self.value = ""
        self.status = 200
        self.hangs = False
        self.asked: list[tuple[str, dict[str, object]]] = []
        self._server = ThreadedServer(self._serve, "aws")

    @contextmanager
    def listening(self) -> Iterator["Aws"]:
        """While it is."""
        self._server.start()
        try:
            yield self
        finally:
            self._server.stop()

    @property
    def address(self) -> str:
        """As AWS_ENDPOINT_URL has it."""
        return f"http://{LOOPBACK}:{self._server.port}"

    def _serve(self, connection: Connection) -> None:
        while (request := connection.read_request()) is not None:
            target = request.headers["x-amz-target"]
            self.asked.append((target.split(".")[-1], json.loads(request.body)))
            if self.hangs:
                continue
            body: dict[str, object]
            if self.status != 200:
                body = {"__type": "AccessDeniedException", "message": "not authorized"}
            elif target.startswith("AmazonSSM"):
                body = {"Parameter": {"Value": self.value}}
            else:
                body = {"SecretString": self.value}
            connection.send(self.status, json.dumps(body).encode(), {"Content-Type": "application/x-amz-json-1.1"})


@pytest.fixture
def aws() -> Iterator[Aws]:
    with Aws().listening() as listening:
        yield listening


@pytest.fixture
def start_with(start, aws):
    """Starts a function whose DSN is where the variables say."""

    def started(handler="fails.handler", **variables):
        config = {"carries_aws_sdk": True}
        return start(handler, config=config, AWS_ENDPOINT_URL=aws.address, SENTRY_DSN=None, **variables)

    return started


def test_the_dsn_of_a_secure_string_is_read_once_and_not_before_the_first_event(start_with, aws, sink):
    aws.value = sink.dsn
    function = start_with(SENTRY_DSN_SSM_PARAMETER="/Sentry/Dsn")
    function.call()
    assert aws.asked == []
    for number in range(3):
        function.call({"fail": f"x {number}"})
    assert [exception_of(event)[1] for event in sink.events] == ["x 0", "x 1", "x 2"]
    assert aws.asked == [("GetParameter", {"Name": "/Sentry/Dsn", "WithDecryption": True})]


@pytest.mark.parametrize("field", [None, "dsn"])
def test_the_dsn_of_a_secret(start_with, aws, sink, field):
    aws.value = sink.dsn if field is None else json.dumps({"dsn": sink.dsn})
    function = start_with(SENTRY_DSN_SECRET="sentry", **({} if field is None else {"SENTRY_DSN_SECRET_FIELD": field}))
    function.call({"fail": "x"})
    sink.wait_for_events(1)
    assert aws.asked == [("GetSecretValue", {"SecretId": "sentry"})]


@pytest.mark.parametrize("fault", ["denied", "throttled", "hangs", "no-dsn"])
def test_a_dsn_that_cannot_be_read_is_said_once_and_the_function_does_as_ever(start_with, aws, sink, fault):
    aws.value = "nonsense"
    aws.status = {"denied": 400, "throttled": 429}.get(fault, 200)
    aws.hangs = fault == "hangs"
    function = start_with(SENTRY_DSN_SSM_PARAMETER="/Sentry/Dsn", SENTRY_FLUSH_TIMEOUT_MS="500")
    for _ in range(3):
        invocation = function.call({"fail": "x"})
        assert invocation.error["errorMessage"] == "x"
        assert invocation.waited_ms < 250
        assert invocation.after_answer_ms < 1000
    assert len(function.notices()) <= 1
    assert sink.request_count == 0


def test_what_waits_for_the_dsn_carries_its_key_on_the_trace(start_with, aws, sink):
    aws.value = sink.dsn
    start_with(SENTRY_DSN_SSM_PARAMETER="/Sentry/Dsn", SENTRY_TRACES_SAMPLE_RATE="1").call()
    sink.wait_for_transactions(1)
    assert sink.envelopes[0].headers["trace"]["public_key"] in sink.dsn


def test_without_aws_s_sdk_the_notice_says_so(start, sink):
    function = start("fails.handler", SENTRY_DSN=None, SENTRY_DSN_SSM_PARAMETER="/Sentry/Dsn")
    function.call({"fail": "x"})
    assert "@aws-sdk/client-ssm is not there" in function.notices()[0]
