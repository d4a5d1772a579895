"""What was done to one function and what was not: said at synth, and given as data."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from aws_cdk import Annotations

from ..identity import identity
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


def left_at_the_edge(function: MonitoredFunction) -> FunctionReport:
    """What there is to say of a function that CloudFront runs: nothing is done to it.

    Args:
        function: which.
    """
    report = FunctionReport(function)
    report.findings.append(
        Finding(
            "lambda-at-edge",
            "info",
            f"{function.path}: Lambda@Edge takes neither layers nor environment variables, and runs and logs in the "
            "region nearest to the viewer, so it is left as it is, without alarms. Initialise the SDK in its code.",
        )
    )
    return report


def say(reports: Iterable[FunctionReport]) -> None:
    """Writes the findings into the construct tree, where `cdk synth` shows them.

    An error or a warning is said of each function, since there it can be acknowledged; what calls for nothing is said
    once a stack, of the first function that it is true of.
    """
    notes: dict[tuple[str, str], list[tuple[FunctionReport, Finding]]] = {}
    for report in reports:
        for finding in report.findings:
            identifier = f"cdk_sentry:{finding.identifier}"
            if finding.level == "info":
                key = (identity(report.function.stack), identifier)
                notes.setdefault(key, []).append((report, finding))
            elif finding.level == "error":
                Annotations.of(report.function.construct).add_error(f"{finding.message} [{identifier}]")
            else:
                Annotations.of(report.function.construct).add_warning_v2(identifier, finding.message)
    for (_, identifier), found in notes.items():
        report, finding = found[0]
        others = f" The same holds for {len(found) - 1} more of this stack." if len(found) > 1 else ""
        add_info(report.function.construct, identifier, finding.message + others)
