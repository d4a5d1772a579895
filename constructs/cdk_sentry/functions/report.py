"""What was done to one function and what was not: said at synth, and given as data."""

from dataclasses import dataclass, field

from aws_cdk import Annotations

from ..info import add_info
from .function import Changes, MonitoredFunction


@dataclass(frozen=True)
class Finding:
    """Something that somebody should know about one function.

    Attributes:
        identifier: names the kind of finding; `cdk_sentry:` and this acknowledge it.
        level: `error` blocks the deployment, `warning` can be acknowledged, `info` is only said.
        message: what is not done or not right, why, and what to do.
    """

    identifier: str
    level: str
    message: str


@dataclass
class FunctionReport:
    """What the kit did to one function.

    Attributes:
        function: which.
        applied: what it got: `layer`, `handler`, `variables`, `permissions`, `alarms`, `dashboard`.
        findings: what it did not get and why, and what else was noticed.
        changes: what was written onto its resource.
    """

    function: MonitoredFunction
    applied: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    changes: Changes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.changes = Changes(self.function)

    def say(self) -> None:
        """Writes the findings into the construct tree, where `cdk synth` shows them."""
        annotations = Annotations.of(self.function.construct)
        for finding in self.findings:
            identifier = f"cdk_sentry:{finding.identifier}"
            if finding.level == "error":
                annotations.add_error(f"{finding.message} [{identifier}]")
            elif finding.level == "warning":
                annotations.add_warning_v2(identifier, finding.message)
            else:
                add_info(self.function.construct, identifier, finding.message)
