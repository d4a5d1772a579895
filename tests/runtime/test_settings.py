"""Settings: what is invalid is said once and replaced by its default."""

from typing import Any

import pytest
from cdk_sentry_layer import notice
from cdk_sentry_layer.monitor import is_dsn
from cdk_sentry_layer.settings import Settings
from hypothesis import given
from hypothesis import strategies as st

DSN = "https://0123456789abcdef@o1.ingest.sentry.io/42"


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a new process."""
    monkeypatch.setattr(notice, "_said", set())


@pytest.mark.parametrize(
    "text",
    [
        DSN,
        "http://key@127.0.0.1:8969/1",
        "https://key:secret@sentry.example/path/below/7",
    ],
)
def test_a_dsn_is_one(text: str) -> None:
    assert is_dsn(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sentry",
        "https://sentry.example/42",
        "https://@sentry.example/42",
        "https://key@/42",
        "https://key@sentry.example",
        "https://key@sentry.example/",
        "https://key@sentry.example/project",
        "https://key@sentry.example:port/42",
        "ftp://key@sentry.example/42",
        "https://${Token[TOKEN.1]}@sentry.example/42",
        "{{resolve:ssm:/Sentry/Dsn}}",
        DSN.replace("42", "4²"),
        f"{DSN}\n{DSN}",
    ],
)
def test_what_is_no_dsn_is_none(text: str) -> None:
    assert not is_dsn(text)


@given(st.text())
def test_any_text_is_a_dsn_or_not_and_no_error(text: str) -> None:
    assert is_dsn(text) in {True, False}


@pytest.mark.parametrize(
    ("variable", "value", "attribute", "expected"),
    [
        ("SENTRY_TRACES_SAMPLE_RATE", "0.25", "traces_sample_rate", 0.25),
        ("SENTRY_TRACES_SAMPLE_RATE", "1", "traces_sample_rate", 1.0),
        ("SENTRY_TRACES_SAMPLE_RATE", "0", "traces_sample_rate", None),
        ("SENTRY_SAMPLE_RATE", "0", "sample_rate", 0.0),
        ("SENTRY_FLUSH_TIMEOUT_MS", "500", "flush_timeout_ms", 500),
        ("SENTRY_MAX_IDENTICAL_EVENTS_PER_MINUTE", "0", "max_identical_events_per_minute", 0),
        ("SENTRY_TIMEOUT_WARNING", "False", "timeout_warning", False),
        ("SENTRY_SEND_DEFAULT_PII", "1", "send_default_pii", True),
    ],
)
def test_a_valid_value_is_taken_and_nothing_is_said(
    capsys: pytest.CaptureFixture[str], variable: str, value: str, attribute: str, expected: Any
) -> None:
    assert getattr(Settings({variable: value}), attribute) == expected
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("variable", "value", "attribute", "default"),
    [
        ("SENTRY_TRACES_SAMPLE_RATE", "10%", "traces_sample_rate", None),
        ("SENTRY_TRACES_SAMPLE_RATE", "inf", "traces_sample_rate", None),
        ("SENTRY_SAMPLE_RATE", "half", "sample_rate", 1.0),
        ("SENTRY_FLUSH_TIMEOUT_MS", "-5", "flush_timeout_ms", 2000),
        ("SENTRY_MAX_IDENTICAL_EVENTS_PER_MINUTE", "many", "max_identical_events_per_minute", 60),
        ("SENTRY_TIMEOUT_WARNING", "maybe", "timeout_warning", True),
        ("SENTRY_SEND_DEFAULT_PII", "", "send_default_pii", False),
    ],
)
def test_an_invalid_value_is_said_once_and_taken_as_not_set(
    capsys: pytest.CaptureFixture[str], variable: str, value: str, attribute: str, default: Any
) -> None:
    for _ in range(2):
        assert getattr(Settings({variable: value}), attribute) == default
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"cdk-sentry: {variable} is {value!r}, expected ")
