"""What a check answers about a function: fine, a problem, or that it cannot be told and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """The three answers."""

    OK = "ok"
    PROBLEM = "problem"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    """How much a problem matters.

    ERROR: what is there to report or to wake somebody does not work.
    WARNING: something is not as it should be, and still works.
    """

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Answer:
    """A check's answer about one function.

    Attributes:
        status: which of the three.
        summary: in one line; for `unknown` the reason.
        severity: of a problem.
        remedy: what to do; the check's own text when left out.
        evidence: what the answer rests on; never a secret, never the value of an environment variable that may be one.
    """

    status: Status
    summary: str
    severity: Severity | None = None
    remedy: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Unread:
    """Stands for what could not be read.

    Attributes:
        reason: why, in one line.
    """

    reason: str


def ok(summary: str, **evidence: Any) -> Answer:
    """Nothing to do."""
    return Answer(Status.OK, summary, evidence=evidence)


def error(summary: str, remedy: str = "", **evidence: Any) -> Answer:
    """What is there does not work."""
    return Answer(Status.PROBLEM, summary, Severity.ERROR, remedy, evidence)


def warning(summary: str, remedy: str = "", **evidence: Any) -> Answer:
    """Something is not as it should be."""
    return Answer(Status.PROBLEM, summary, Severity.WARNING, remedy, evidence)


def unknown(reason: str, remedy: str = "", **evidence: Any) -> Answer:
    """It cannot be told."""
    return Answer(Status.UNKNOWN, reason, remedy=remedy, evidence=evidence)
