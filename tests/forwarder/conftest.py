"""Puts the forwarder's folder on the path, as Lambda does, and has the recorded log lines at hand."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cdk_sentry.assets import LAMBDA_SRC

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
