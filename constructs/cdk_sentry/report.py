"""What the kit did and what it costs: read by people and, as JSON, by CI."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, overload

from .alarms.cost import MonthlyCost
from .functions.report import FunctionReport


@dataclass(frozen=True)
class Report(Sequence[FunctionReport]):
    """What each function got, in the order of the templates, and what all of it costs.

    Attributes:
        functions: one entry each; the report itself is the sequence of them.
        monthly_cost: alarms, the metrics that they look at, dashboards and keys at list prices.
    """

    functions: tuple[FunctionReport, ...]
    monthly_cost: MonthlyCost

    @overload
    def __getitem__(self, index: int) -> FunctionReport: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[FunctionReport]: ...
    def __getitem__(self, index: int | slice) -> FunctionReport | Sequence[FunctionReport]:
        """One function's entry, or several."""
        return self.functions[index]

    def __len__(self) -> int:
        """How many functions there are."""
        return len(self.functions)

    def to_dict(self) -> dict[str, Any]:
        """What `json.dumps` takes: for a budget in CI, or a list of what has findings."""
        return {
            "functions": [_entry(each) for each in self.functions],
            "monthly_cost": self.monthly_cost.to_dict(),
        }


def _entry(report: FunctionReport) -> dict[str, Any]:
    findings = [
        {"id": f"cdk_sentry:{each.identifier}", "level": each.level, "message": each.message}
        for each in report.findings
    ]
    return {"path": report.function.path, "applied": list(report.applied), "findings": findings}
