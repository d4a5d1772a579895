"""The steps of a stack, in the order in which data flows, each with what was found out about it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..stacks import Resource
from .finding import Finding, Health
from .graph import Flow


@dataclass(frozen=True)
class Step:
    """One step of the walk.

    Attributes:
        name: of the resource, as its CDK app calls it, or of the question.
        what: kind of step, for example `function`.
        findings: what was found out.
        resource: that it is about; None where it is about no single one.
        duration_ms: that asking took.
    """

    name: str
    what: str
    findings: Sequence[Finding]
    resource: Resource | None = None
    duration_ms: int = 0

    @property
    def sicknesses(self) -> list[Finding]:
        """What is wrong, the heaviest first."""
        return sorted((each for each in self.findings if each.health is Health.SICK), key=lambda each: -each.weight)

    @property
    def health(self) -> Health:
        """Sick if anything is wrong, unknown if something could not be found out, else healthy."""
        of_findings = {finding.health for finding in self.findings}
        return next((health for health in (Health.SICK, Health.UNKNOWN) if health in of_findings), Health.HEALTHY)


def without_harmless(steps: Sequence[Step], flow: Flow) -> list[Step]:
    """The same steps, without findings that count only if something later is sick, where nothing is."""
    sick = {
        step.resource
        for step in steps
        if step.resource and any(not finding.needs_sick_downstream for finding in step.sicknesses)
    }

    def counts(step: Step, finding: Finding) -> bool:
        if not finding.needs_sick_downstream or step.resource is None:
            return True
        return bool(flow.downstream(step.resource) & sick)

    return [replace(step, findings=[finding for finding in step.findings if counts(step, finding)]) for step in steps]
