"""Puts the forwarder's folder on the path, as Lambda does, and has the recorded log lines at hand."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cdk_sentry.assets import LAMBDA_SRC
from tests.forwarder.local_aws import LocalAws, configuration
from tests.harness.sink import Sink

sys.path.insert(0, str(LAMBDA_SRC / "sentry_forwarder"))


@dataclass(frozen=True)
class Recording:
    """The lines of one invocation as a log stream holds them.

    Attributes:
        name: of its file.
        source: the documentation that the lines have their form from.
        runtime: of the function; None for a container image.
        lines: in order.
        fault: kind, error type and value of the fault in it; None where there is none.
        details: what else is expected.
    """

    name: str
    source: str
    runtime: str | None
    lines: list[str]
    fault: dict[str, str | None] | None
    details: dict[str, Any]


def _recordings() -> list[Recording]:
    found = []
    for path in sorted((Path(__file__).parent / "log_lines").glob("*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        known = {name: content.pop(name) for name in ("source", "runtime", "lines", "fault")}
        found.append(Recording(path.stem, **known, details=content))
    return found


RECORDINGS = _recordings()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    chosen = {
        "recording": RECORDINGS,
        "faulty": [each for each in RECORDINGS if each.fault],
        "healthy": [each for each in RECORDINGS if not each.fault],
    }
    for name, recordings in chosen.items():
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, recordings, ids=lambda each: each.name)


@dataclass
class Clock:
    """Passes the time when told to."""

    now_s: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as running:
        yield running


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch, sink: Sink, clock: Clock) -> LocalAws:
    """AWS with one function, `orders`, and a forwarder that has just been started."""
    from cdk_sentry_forwarder import aws, dsn, functions, handler, sentry  # noqa: PLC0415  on the path as of now
    from cdk_sentry_forwarder.floods import Floods  # noqa: PLC0415

    local = LocalAws(configurations={"orders": configuration()})
    monkeypatch.setattr(aws, "client", local.client)
    monkeypatch.setattr(handler, "_sentry", sentry.Delivery(clock))
    monkeypatch.setattr(handler, "_floods", Floods(clock))
    for cache in (functions._configuration, dsn._of_parameter, dsn._of_secret, sentry._client):
        cache.cache_clear()
    for name in ("SENTRY_ENVIRONMENT", "SENTRY_RELEASE", *dsn.VARIABLES):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SENTRY_DSN", sink.dsn)
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    return local
