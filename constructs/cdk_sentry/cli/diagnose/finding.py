"""What is found out about one step: three-valued, with evidence, and what to do about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from .parallel import NoAnswer

_NOT_ASKED = "not-asked"


class Health(StrEnum):
    """How a step is."""

    HEALTHY = "healthy"
    SICK = "sick"
    UNKNOWN = "unknown"


class Weight(IntEnum):
    """How likely a sick step is the cause and not an effect; the heavier explains the lighter."""

    ABSENT = 100
    """A part of the template is not there."""
    OFF = 95
    """Something is switched off: a mapping, a rule, a key, a function's concurrency."""
    FORBIDDEN = 90
    """A permission is missing."""
    BROKEN = 85
    """A function cannot start, or has failed in every call since it was changed."""
    BLOCKED = 80
    """A batch fails again and again, and holds up what is behind it."""
    THROTTLED = 75
    """AWS refuses calls."""
    FAILING = 70
    """Calls fail."""
    INPUT = 60
    """What comes in is not what the step takes."""
    SYMPTOM = 50
    """Something has gone wrong before: an answer with status 500, a filling queue, a growing delay."""
    COMPLAINT = 40
    """A function says in its log that it does not like what it sees."""
    ALARM = 30
    """An alarm is on, and nothing else was found."""
    PAST = 20
    """It went wrong in this time, and has gone well since."""
    NOTICE = 10
    """Nothing is broken, and yet it is not as somebody might expect it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found out about one step.

    Attributes:
        id: kind of finding, for machines; the same in every stack.
        health: of the step, as far as this goes.
        summary: one line.
        evidence: what it is concluded from.
        weight: of a sick one.
        next_command: what to type next.
        needs_sick_downstream: whether it counts only if a later step is sick, too.
    """

    id: str
    health: Health
    summary: str
    evidence: Sequence[str] = ()
    weight: Weight = Weight.NOTICE
    next_command: str = ""
    needs_sick_downstream: bool = False

    @property
    def is_missing(self) -> bool:
        """Whether AWS gave no answer to what it would say."""
        return self.id == _NOT_ASKED


def healthy(id_: str, summary: str, *evidence: str) -> Finding:
    """Something that is as it should be."""
    return Finding(id_, Health.HEALTHY, summary, evidence)


def unknown(id_: str, reason: str) -> Finding:
    """Something that could not be found out."""
    return Finding(id_, Health.UNKNOWN, reason)


def not_asked(answer: NoAnswer) -> Finding:
    """Something that AWS gave no answer to."""
    return unknown(_NOT_ASKED, answer.reason)


def sick(
    id_: str,
    weight: Weight,
    summary: str,
    *evidence: str,
    next_command: str,
    needs_sick_downstream: bool = False,
) -> Finding:
    """Something that is wrong."""
    return Finding(id_, Health.SICK, summary, evidence, weight, next_command, needs_sick_downstream)
