"""What is asked of each kind of step."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from ..stacks import Resource
from .finding import Finding, Weight, not_asked
from .graph import Flow, Link
from .metrics import Figure, Metric
from .parallel import NoAnswer
from .survey import Survey

# Metrics come some minutes late.
_RECENT = timedelta(minutes=15)


@dataclass(frozen=True)
class Seen:
    """Everything that was seen, when one step is judged.

    Attributes:
        survey: the diagnosis.
        flow: how the steps hang together.
        facts: of every step that answered.
        figures: of CloudWatch, by the metric's name; only what it has data of.
    """

    survey: Survey
    flow: Flow
    facts: Mapping[Resource, Any]
    figures: Mapping[Resource, Mapping[str, Figure]]

    def figure(self, resource: Resource, metric: str) -> float:
        """A figure of CloudWatch; 0 where it has none."""
        found = self.figures.get(resource, {}).get(metric)
        return found.value if found else 0

    def weight(self, resource: Resource, metric: str, weight: Weight) -> Weight:
        """The weight of what a metric counts: less if the last of it was some time ago."""
        found = self.figures.get(resource, {}).get(metric)
        return Weight.PAST if found and self.survey.until - found.last_at > _RECENT else weight


class Probe(ABC):
    """How one kind of step is looked at, linked to others, and judged."""

    kinds: ClassVar[tuple[str, ...]]
    """CloudFormation types."""
    what: ClassVar[str]
    """What people call it."""
    when_gone: ClassVar[str] = "aws cloudformation detect-stack-drift --stack-name {stack}"
    """What to type when it is not there; `{name}` is its own name."""
    goes_first: ClassVar[bool] = False
    """Whether looking at it makes others do something that they are to be asked about afterwards."""

    @abstractmethod
    def look(self, survey: Survey, resource: Resource) -> Any:
        """Asks AWS; whatever boto3 raises makes the step unknown, or absent where it is not found."""

    def links(self, survey: Survey, resource: Resource, facts: Any) -> Iterable[Link]:
        """Where its data comes from and goes to, as far as itself says so."""
        del survey, resource, facts
        return ()

    def metrics(self, survey: Survey, resource: Resource) -> Sequence[Metric]:
        """What CloudWatch is to be asked of it."""
        del survey, resource
        return ()

    @abstractmethod
    def judge(self, seen: Seen, resource: Resource, facts: Any) -> Iterator[Finding]:
        """What is to be said of it; asks nobody."""


def part(facts: Any, kind: type) -> Any:
    """A part of the facts if it was answered, None if not."""
    return facts if isinstance(facts, kind) else None


def unanswered(*parts: Any) -> Iterator[Finding]:
    """What is to be said of those parts of facts that could not be found out."""
    return (not_asked(each) for each in parts if isinstance(each, NoAnswer))


def clock(at: datetime) -> str:
    """A time of day, in UTC."""
    return f"{at:%H:%M:%S}"


def clock_ms(at_ms: int) -> str:
    """The same of milliseconds since 1970."""
    return clock(datetime.fromtimestamp(at_ms / 1000, UTC))


def counted(number: float, noun: str) -> str:
    """A number of things."""
    return f"{number:.0f} {noun}" if number == 1 else f"{number:.0f} {noun}s"


def span(seconds: float) -> str:
    """A span of time as people say it."""
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
