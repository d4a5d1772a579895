"""`cdk-sentry dsn`: what is sent to SSM and to Sentry, and what is said about it."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import REGION
from tests.harness.answer import Answer
from tests.harness.aws_api import AwsApi
from tests.harness.certificates import make_certificate
from tests.harness.run import Run
from tests.harness.sink import PUBLIC_KEY, UNRESOLVABLE_DSN, Sink, refusing_dsn

Command = Callable[..., Run]

DSN = f"https://{PUBLIC_KEY}@o1.ingest.example.com/42"
MASKED = "https://0123***@o1.ingest.example.com/42"
STORED_S = 1_790_000_000


@pytest.fixture
def ssm(aws_environment: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[AwsApi]:
    with AwsApi(Answer.json({"Version": 3})) as api:
        for name, value in api.environment.items():
            monkeypatch.setenv(name, value)
        yield api


def body_of(api: AwsApi) -> dict[str, Any]:
    (request,) = api.requests
    return json.loads(request.body)


def holds(value: str, kind: str = "String") -> Answer:
    parameter = {"Name": "/Sentry/Dsn", "Type": kind, "Value": value, "Version": 3, "LastModifiedDate": STORED_S}
    return Answer.json({"Parameter": parameter})


def aws_error(code: str, message: str = "") -> Answer:
    return Answer.json({"__type": code, "message": message}, status=400)


def test_a_dsn_from_standard_input_is_stored_as_a_string_under_the_default_name(command: Command, ssm: AwsApi) -> None:
    done = command("dsn", "put", stdin=f"{DSN}\n")

    assert done.code == 0
    assert body_of(ssm).items() >= {"Name": "/Sentry/Dsn", "Value": DSN, "Type": "String", "Overwrite": False}.items()
    assert f"Stored {MASKED} as String /Sentry/Dsn, version 3, in {REGION}." in done.out


@pytest.mark.parametrize(
    ("words", "sent"),
    [
        ((), {"Name": "/Sentry/Dsn", "Type": "String", "Overwrite": False}),
        (("--name", "/Elsewhere"), {"Name": "/Elsewhere"}),
        (("--service", "checkout"), {"Name": "/Sentry/checkout/Dsn"}),
        (("--overwrite",), {"Overwrite": True}),
        (("--secure",), {"Type": "SecureString"}),
        (("--secure", "--kms-key", "alias/sentry"), {"Type": "SecureString", "KeyId": "alias/sentry"}),
    ],
)
def test_options_of_put_reach_ssm(command: Command, ssm: AwsApi, words, sent) -> None:
    assert command("dsn", "put", *words, stdin=DSN).code == 0
    assert body_of(ssm).items() >= sent.items()


def test_a_key_is_sent_only_where_one_was_named(command: Command, ssm: AwsApi) -> None:
    command("dsn", "put", "--secure", stdin=DSN)
    assert "KeyId" not in body_of(ssm)


def test_a_key_without_secure_is_refused(command: Command, ssm: AwsApi) -> None:
    done = command("dsn", "put", "--kms-key", "alias/sentry", stdin=DSN)
    assert (done.code, ssm.requests) == (2, [])
    assert "add --secure" in done.err


def test_what_is_stored_is_not_replaced_unasked(command: Command, ssm: AwsApi) -> None:
    ssm.answer = aws_error("ParameterAlreadyExists")
    done = command("dsn", "put", stdin=DSN)
    assert done.code == 2
    assert "there is a parameter /Sentry/Dsn already: --overwrite replaces its value" in done.err


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("", "It is empty"),
        ("https://o1.ingest.example.com/42", "public key"),
        (f"https://{PUBLIC_KEY}@o1.ingest.example.com", "project id"),
        (f"{PUBLIC_KEY}@o1.ingest.example.com/42", "scheme"),
    ],
)
def test_what_is_no_dsn_is_never_stored_nor_repeated(command: Command, ssm: AwsApi, given, reason) -> None:
    done = command("dsn", "put", stdin=given)

    assert (done.code, ssm.requests) == (2, [])
    assert reason in done.err
    assert "Client Keys (DSN)" in done.err
    assert PUBLIC_KEY not in done.err + done.out


@pytest.mark.parametrize(
    ("where", "said"),
    [("<&-", "standard input is closed: pipe the DSN into it"), ("< $file", "standard input cannot be read: 'utf-8'")],
)
def test_a_standard_input_that_cannot_be_read_is_one_line_and_2(ssm: AwsApi, tmp_path, where, said) -> None:
    (tmp_path / "image").write_bytes(b"\x89PNG\xff")
    done = subprocess.run(
        ["bash", "-c", f"$it dsn put {where}"],
        env=os.environ
        | {
            "it": f"{sys.executable} -m cdk_sentry",
            "file": str(tmp_path / "image"),
            "PYTHONIOENCODING": "utf-8",  # what a locale such as C lets through is refused as a DSN
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, ssm.requests) == (2, "", [])
    assert done.stderr.startswith(f"cdk-sentry: {said}")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("kind", ["String", "SecureString"])
def test_get_shows_a_dsn_without_what_makes_it_usable(command: Command, ssm: AwsApi, kind) -> None:
    ssm.answer = holds(DSN, kind)

    shown, machine = command("dsn", "get"), command("dsn", "get", "--json")

    assert shown.code == machine.code == 0
    assert f"/Sentry/Dsn: {MASKED} ({kind}, version 3" in shown.out
    assert PUBLIC_KEY not in shown.out + machine.out
    assert machine.document["dsn"] == MASKED
    assert ("from_secure_ssm" in shown.out) is (kind == "SecureString")


def test_get_finds_what_is_no_dsn(command: Command, ssm: AwsApi) -> None:
    ssm.answer = holds(f"SENTRY_DSN={DSN}")
    found = command("dsn", "get")
    assert found.code == 1
    assert "no DSN" in found.out
    assert "--overwrite" in found.out
    assert PUBLIC_KEY not in found.out


@pytest.mark.parametrize("subcommand", ["get", "test"])
def test_a_missing_parameter_is_named_with_its_region(command: Command, ssm: AwsApi, subcommand) -> None:
    ssm.answer = aws_error("ParameterNotFound")
    done = command("dsn", subcommand, "--service", "checkout")
    assert done.code == 2
    assert f"no parameter /Sentry/checkout/Dsn in {REGION}" in done.err


def test_the_event_of_a_test_reaches_sentry_and_its_id_is_said(command: Command, ssm: AwsApi) -> None:
    with Sink() as sentry:
        ssm.answer = holds(sentry.dsn)
        done = command("dsn", "test", "--organization", "acme")

    (event,) = sentry.events
    (envelope,) = sentry.envelopes
    assert done.code == 0
    assert (event["level"], event["message"]) == ("info", "cdk-sentry dsn test")
    assert envelope.headers["event_id"] == event["event_id"]
    assert f"https://acme.sentry.io/issues/?project=42&query={event['event_id']}" in done.out
    assert "answers 200: accepted." in done.out
    assert PUBLIC_KEY not in done.out


def test_a_test_tells_nothing_of_this_machine(command: Command) -> None:
    with Sink() as sentry:
        command("dsn", "test", sentry.dsn)
    sent = sentry.received[0].request.body.decode()
    assert os.uname().nodename not in sent
    assert str(Path.cwd()) not in sent


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(400, body=b'{"detail":"bad envelope"}'), ["cannot read", "Sentry says: bad envelope"]),
        (Answer(401), ["does not know the key"]),
        (Answer(403, body=b'{"detail":"ProjectId"}'), ["wrong or disabled", "Sentry says: ProjectId"]),
        (Answer(404, body=b"<html>"), ["nothing takes events there"]),
        (Answer(413), ["too large"]),
        (Answer.rate_limited(60), ["quota", "hear nothing for 60 s"]),
        (Answer(302, {"Location": "https://login.example.com/"}), ["redirected to https://login.example.com/"]),
        (Answer(418, {"X-Sentry-Error": "no coffee"}), ["refused", "Sentry says: no coffee"]),
        (Answer(503), ["trouble of its own"]),
    ],
)
def test_a_refusal_is_said_in_words_and_found(command: Command, answer, words) -> None:
    with Sink(answer) as sentry:
        done = command("dsn", "test", sentry.dsn)

    assert done.code == 1
    assert sentry.request_count == 1
    assert f"answers {answer.status}" in done.out
    for each in words:
        assert each in done.out


def test_limits_that_come_with_an_accepted_event_are_said(command: Command) -> None:
    with Sink(Answer(headers={"X-Sentry-Rate-Limits": "60:error:key"})) as sentry:
        done = command("dsn", "test", sentry.dsn)
    assert done.code == 0
    assert "with limits from now on (60:error:key)" in done.out


def test_the_answer_is_there_for_machines(command: Command) -> None:
    with Sink(Answer.rate_limited(7)) as sentry:
        answer = command("dsn", "test", sentry.dsn, "--json").document
    assert (answer["accepted"], answer["status"], answer["retry_after_s"]) == (False, 429, 7)
    assert "***" in answer["dsn"]


def test_where_nobody_listens_is_said_in_one_line(command: Command) -> None:
    with refusing_dsn() as dsn:
        done = command("dsn", "test", dsn)
    assert (done.code, done.out) == (2, "")
    assert "Connection refused" in done.err
    assert done.err.count("\n") == 1


def test_a_host_without_an_address_is_said(command: Command) -> None:
    done = command("dsn", "test", UNRESOLVABLE_DSN)
    assert done.code == 2
    assert "sentry.invalid cannot be asked" in done.err


def test_what_answers_with_no_http_is_said(command: Command) -> None:
    with Sink(Answer.garbage()) as sentry:
        done = command("dsn", "test", sentry.dsn)
    assert done.code == 2
    assert "no HTTP" in done.err


def test_tls_trouble_is_told_from_a_missing_network(command: Command, tmp_path, monkeypatch) -> None:
    certificate = make_certificate(tmp_path)
    with Sink(certificate=certificate.chain) as sentry:
        untrusted = command("dsn", "test", sentry.dsn)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate.authority))
        trusted = command("dsn", "test", sentry.dsn)
    with Sink() as plain:
        mistaken = command("dsn", "test", plain.https_dsn)

    assert untrusted.code == mistaken.code == 2
    assert "certificate is not trusted" in untrusted.err
    assert trusted.code == 0
    assert "TLS fails" in mistaken.err


def test_at_a_terminal_the_dsn_is_asked_for_and_not_shown(ssm: AwsApi) -> None:
    """Whatever is typed there must stand neither on the screen nor in a shell's history."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "cdk_sentry", "dsn", "put"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    seen = b""
    while b"DSN" not in seen:
        seen += os.read(ours, 1000)
    os.write(ours, DSN.encode() + b"\n")
    try:
        while piece := os.read(ours, 1000):
            seen += piece
    except OSError:  # how Linux tells that the other side has closed
        pass
    os.close(ours)

    assert process.wait(timeout=30) == 0
    assert body_of(ssm)["Value"] == DSN
    assert PUBLIC_KEY.encode() not in seen
