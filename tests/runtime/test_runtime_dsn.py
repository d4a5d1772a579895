"""The DSN of a SecureString or a secret: read when the first event is to be sent, kept, a failure said once."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sentry_sdk
from cdk_sentry_layer import runtime_dsn, scopes
from cdk_sentry_layer.settings import Settings
from sentry_sdk.envelope import Envelope

from tests.harness.answer import Answer
from tests.harness.aws_api import AwsApi, denied, parameter, secret, throttled
from tests.harness.sink import Sink
from tests.runtime.lambda_function import Function

SSM = {"SENTRY_DSN_SSM_PARAMETER": "/Sentry/Dsn"}
SSM_ARN = {"SENTRY_DSN_SSM_PARAMETER": "arn:aws:ssm:eu-west-1:123456789012:parameter/Sentry/Dsn"}
SECRET = {"SENTRY_DSN_SECRET": "sentry"}
FIELD = {**SECRET, "SENTRY_DSN_SECRET_FIELD": "dsn"}


@pytest.fixture
def sink() -> Iterator[Sink]:
    """The Sentry that the DSN leads to."""
    with Sink() as sink:
        yield sink


@pytest.mark.parametrize(
    ("where", "operation"),
    [
        (SSM, "AmazonSSM.GetParameter"),
        (SSM_ARN, "AmazonSSM.GetParameter"),
        (SECRET, "secretsmanager.GetSecretValue"),
        (FIELD, "secretsmanager.GetSecretValue"),
    ],
    ids=["parameter", "parameter by ARN", "secret", "field of a secret"],
)
def test_the_dsn_is_read_once_and_not_before_there_is_something_to_send(
    sink: Sink, where: dict[str, str], operation: str
) -> None:
    value = json.dumps({"dsn": sink.dsn, "other": 1}) if where is FIELD else f"{sink.dsn}\n"
    answer = parameter(value) if operation.startswith("AmazonSSM") else secret(value)
    with AwsApi(answer) as aws, Function("errors.handler", {**where, **aws.environment}, dsn=None) as function:
        function.invoke({})
        function.invoke({})
        assert aws.calls == []
        for _ in range(3):
            function.invoke({"kind": "plain"})
        sink.wait_for_events(3)
        assert aws.calls == [operation]
        assert function.said() == []
    if operation == "AmazonSSM.GetParameter":
        assert json.loads(aws.requests[0].body) == {
            "Name": where["SENTRY_DSN_SSM_PARAMETER"],
            "WithDecryption": True,
        }


def test_a_client_of_the_functions_own_without_a_dsn_gets_the_one_that_is_read(sink: Sink, tmp_path: Path) -> None:
    (tmp_path / "own_init.py").write_text(
        "import sentry_sdk\n"
        "sentry_sdk.init(environment='own')\n"
        "def handler(event, context):\n"
        "    raise LookupError('no basket')\n"
    )
    with (
        AwsApi(parameter(sink.dsn)) as aws,
        Function("own_init.handler", {**SSM, **aws.environment}, dsn=None, task_root=tmp_path) as function,
    ):
        function.invoke({})
        function.invoke({})
        events = sink.wait_for_events(2)
    assert [event["environment"] for event in events] == ["own", "own"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (denied(), "AccessDeniedException"),
        (throttled(), "ThrottlingException"),
        (parameter("not a dsn"), "is no DSN"),
        (Answer(hang=True), "timeout"),
        (Answer.garbage(), "Connection"),
    ],
    ids=["denied", "throttled", "no DSN", "hangs", "garbage"],
)
def test_a_dsn_that_cannot_be_read_is_said_once_and_changes_nothing(answer: Answer, reason: str) -> None:
    with AwsApi(answer) as aws, Function("errors.handler", {**SSM, **aws.environment}, dsn=None) as function:
        bodies = [function.invoke({"kind": "plain"}) for _ in range(3)]
        assert function.invoke({}).result == {"ok": True}
        assert all(invocation.error["errorType"] == "OrderError" for invocation in bodies)
        assert all(invocation.waited_ms < 100 for invocation in bodies[1:])
        assert all(invocation.after_answer_ms < 2500 for invocation in bodies)
        function.api.wait_for(lambda: len(aws.calls) >= 1, "a call to AWS")
        (line,) = function.wait_until_said()
    assert reason in line
    if not answer.hang:
        # With the AWS SDK's own second attempt, and not again at each event.
        assert len(aws.calls) <= 2


def test_events_wait_for_the_dsn_and_are_sent_when_it_is_there(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    dsns: list[str | Exception] = [RuntimeError("throttled"), sink.dsn]

    def read(_settings: Settings) -> str:
        dsn = dsns.pop(0)
        if isinstance(dsn, Exception):
            raise dsn
        return dsn

    now_s = 1000.0
    monkeypatch.setattr(runtime_dsn, "read_dsn", read)
    monkeypatch.setattr(time, "monotonic", lambda: now_s)
    transport = runtime_dsn.RuntimeDsnTransport(Settings(SSM), lambda _inner: None)
    monkeypatch.setattr(scopes, "client", sentry_sdk.Client)
    envelope = Envelope()
    envelope.add_event({"message": "early"})
    transport.capture_envelope(envelope)
    transport.flush(1)
    transport.flush(1)
    assert len(dsns) == 1
    now_s += runtime_dsn.RETRY_AFTER_S
    transport.flush(1)
    (event,) = sink.wait_for_events(1)
    transport.kill()
    assert event["message"] == "early"
