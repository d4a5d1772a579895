"""Whatever is wrong around it, the function answers as it does bare, at once, and the kit says at most one line."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.harness.answer import Answer
from tests.harness.certificates import make_certificate
from tests.harness.runtime_api import Invocation
from tests.harness.sink import PUBLIC_KEY, UNRESOLVABLE_DSN, Sink
from tests.runtime.lambda_function import Function

BUDGET_MS = 400
SLACK_MS = 300
"""For a machine that runs other tests beside."""

CALLS = [{}, {"kind": "plain"}, {"kind": "chained"}, {}]


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        name: in the report.
        answer: what Sentry does.
        dsn: made of the sink; default: the sink's own.
        environment: variables that are wrong.
        flags: of the interpreter.
        refused: whether nobody listens at Sentry's port.
        reaches_sentry: whether events get there all the same.
        lines: that the kit says, at most.
    """

    name: str
    answer: Answer = field(default_factory=Answer)
    dsn: Callable[[Sink], str | None] = lambda sink: sink.dsn
    environment: Mapping[str, str] = field(default_factory=dict)
    flags: Sequence[str] = ()
    refused: bool = False
    reaches_sentry: bool = False
    lines: int = 1


def said(value: str | None) -> Callable[[Sink], str | None]:
    """A DSN that leads nowhere."""
    return lambda _sink: value


def rate(value: str) -> dict[str, str]:
    """A traces sample rate."""
    return {"SENTRY_TRACES_SAMPLE_RATE": value}


FAULTS = [
    Fault("nothing", reaches_sentry=True, lines=0),
    Fault("Sentry refuses connections", refused=True),
    Fault("Sentry hangs", Answer(hang=True)),
    Fault("Sentry is slower than the budget", Answer(delay_ms=BUDGET_MS + 300), reaches_sentry=True, lines=0),
    Fault("Sentry answers 429", Answer.rate_limited()),
    Fault("Sentry answers 500", Answer(status=500)),
    Fault("Sentry answers garbage", Answer.garbage()),
    Fault("Sentry answers byte by byte", Answer(byte_interval_ms=30), reaches_sentry=True, lines=0),
    Fault("Sentry closes mid-response", Answer(cut_after_bytes=20)),
    Fault("Sentry closes after each response", Answer(close_after=True), reaches_sentry=True, lines=0),
    Fault("no TLS behind an https DSN", dsn=lambda sink: sink.https_dsn),
    Fault("the name cannot be resolved", dsn=said(UNRESOLVABLE_DSN)),
    Fault("no DSN", dsn=said(None)),
    Fault("empty DSN", dsn=said("")),
    Fault("malformed DSN", dsn=said("not a dsn")),
    Fault("DSN without a project", dsn=said(f"https://{PUBLIC_KEY}@sentry.invalid/")),
    Fault("DSN of an unresolved token", dsn=said("${Token[TOKEN.123]}")),
    Fault("DSN of an unresolved reference", dsn=said("{{resolve:ssm:/Sentry/Dsn}}")),
    Fault("empty rate", environment=rate(""), reaches_sentry=True),
    Fault("rate in percent", environment=rate("10%"), reaches_sentry=True),
    Fault("negative rate", environment=rate("-1"), reaches_sentry=True),
    Fault("rate above 1", environment=rate("2"), reaches_sentry=True),
    Fault("rate that is no number", environment=rate("nan"), reaches_sentry=True),
    Fault("budget that is no number", environment={"SENTRY_FLUSH_TIMEOUT_MS": "2 s"}, reaches_sentry=True),
    Fault("budget of zero", environment={"SENTRY_FLUSH_TIMEOUT_MS": "0"}, reaches_sentry=True, lines=0),
    Fault("python -W error", flags=("-W", "error"), reaches_sentry=True, lines=0),
    Fault(
        "python -W error, with user data",
        flags=("-W", "error"),
        environment={"SENTRY_SEND_DEFAULT_PII": "true"},
        reaches_sentry=True,
        lines=0,
    ),
]


def answers(calls: Sequence[Invocation]) -> list[tuple[Any, ...]]:
    """All that the runtime posted."""
    return [(one.response_body, one.error_body, one.error_type_header, one.xray_cause) for one in calls]


def run(function: Function) -> list[Invocation]:
    """The same calls for every fault."""
    return [function.invoke(event, request_id=f"call-{number}") for number, event in enumerate(CALLS)]


@pytest.fixture(scope="module")
def bare() -> tuple[list[tuple[Any, ...]], str]:
    """What the bare function posts and logs."""
    with Function("errors.handler", bare=True) as function:
        calls = run(function)
        return answers(calls), function.process.stdout()


@pytest.mark.parametrize(
    ("mode", "fault"),
    [
        pytest.param(mode, fault, id=f"{'full' if mode else 'lean'}: {fault.name}")
        for mode in ({}, rate("1"))
        for fault in FAULTS
        if not (mode and "SENTRY_TRACES_SAMPLE_RATE" in fault.environment)
    ],
)
def test_a_fault_changes_nothing_for_the_function(
    mode: dict[str, str], fault: Fault, bare: tuple[list[tuple[Any, ...]], str]
) -> None:
    environment = {"SENTRY_FLUSH_TIMEOUT_MS": str(BUDGET_MS), **mode, **fault.environment}
    with Sink(fault.answer) as sink:
        if fault.refused:
            sink.refuse()
        with Function("errors.handler", environment, dsn=fault.dsn(sink), python_flags=fault.flags) as function:
            calls = run(function)
            if fault.reaches_sentry:
                sink.wait_for_events(2)
            output = function.process.stdout(), function.process.stderr()
            lines = function.said()
    assert answers(calls) == bare[0]
    assert output[0] == bare[1]
    assert output[1].splitlines() == lines
    assert len(lines) <= fault.lines
    assert max(call.waited_ms for call in calls[1:]) < SLACK_MS
    assert max(call.after_answer_ms for call in calls) < BUDGET_MS + 4 * SLACK_MS


def test_a_certificate_that_nobody_trusts_is_not_trusted(
    tmp_path: Path, bare: tuple[list[tuple[Any, ...]], str]
) -> None:
    certificate = make_certificate(tmp_path)
    with Sink(certificate=certificate.chain) as sink, Function("errors.handler", dsn=sink.dsn) as function:
        calls = run(function)
        assert sink.request_count == 0
        assert len(function.said()) == 1
    assert answers(calls) == bare[0]


def test_a_certificate_of_an_authority_that_the_function_trusts_is_trusted(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    trust = {"SSL_CERT_FILE": str(certificate.authority)}
    with Sink(certificate=certificate.chain) as sink, Function("errors.handler", trust, dsn=sink.dsn) as function:
        run(function)
        sink.wait_for_events(2)


@pytest.mark.parametrize(
    ("dsn", "shown"),
    [("https://key@sentry.invalid", "sentry.invalid"), ("secret-token@host", "host"), (None, "is not set")],
)
def test_what_is_said_about_a_dsn_names_it_without_its_key(dsn: str | None, shown: str) -> None:
    with Function("errors.handler", dsn=dsn) as function:
        function.invoke({})
        (line,) = function.said()
    assert shown in line
    assert "secret-token" not in line
    assert "https://KEY@HOST/PROJECT_ID" in line
