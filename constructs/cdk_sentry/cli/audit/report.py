"""What the audit found, sorted by what needs attention: for people, and for machines."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from .answer import Answer, Status
from .check import Check
from .checks import CHECKS
from .inventory import Inventory
from .subject import Subject

_STYLES = {"error": "bold red", "warning": "yellow", "unknown": "cyan"}
_RANKS = ("error", "warning", "unknown")
# Columns of the table, alike for every function.
_RANK_WIDTH = max(map(len, _RANKS))
_CHECK_WIDTH = max(len(check.id) for check in CHECKS)


@dataclass(frozen=True)
class Audited:
    """One function with its answers.

    Attributes:
        subject: the function.
        answers: each with its check, in the order of the checks.
    """

    subject: Subject
    answers: Sequence[tuple[Check, Answer]]

    @cached_property
    def open(self) -> list[tuple[Check, Answer]]:
        """What somebody should look at, the worst first."""
        found = [each for each in self.answers if each[1].status is not Status.OK]
        return sorted(found, key=lambda each: _RANKS.index(label(each[1])))

    @property
    def urgency(self) -> tuple[int, int, str]:
        """Sorts functions: the worst answer, then how many of these, then the name."""
        ranks = [_RANKS.index(label(answer)) for _, answer in self.open]
        worst = min(ranks, default=len(_RANKS))
        return worst, -ranks.count(worst), self.subject.function.name


def audit(subjects: Iterable[Subject], checks: Sequence[Check]) -> list[Audited]:
    """Asks every check about every function.

    Args:
        subjects: the functions.
        checks: what to ask.

    Returns:
        the functions, those that need attention first.
    """
    audited = [
        Audited(subject, [(check, answer) for check in checks if (answer := check.ask(subject)) is not None])
        for subject in subjects
    ]
    return sorted(audited, key=lambda each: each.urgency)


def label(answer: Answer) -> str:
    """`error`, `warning`, `unknown` or `ok`."""
    return str(answer.severity or answer.status)


def count(audited: Iterable[Audited], inventory: Inventory) -> Counter[str]:
    """How many answers of each label; a function that is missing is an error."""
    found = Counter(label(answer) for each in audited for _, answer in each.answers)
    return found + Counter(error=len(inventory.missing))


def findings(audited: Iterable[Audited]) -> Iterator[RenderableType]:
    """Yields what needs attention: the name of each function, and a row for each answer.

    Args:
        audited: in the order to show them in.
    """
    for each in filter(lambda each: each.open, audited):
        yield Text(each.subject.function.name, style="bold")
        shown = Table.grid(padding=(0, 2, 0, 0))
        for width in (_RANK_WIDTH, _CHECK_WIDTH):
            shown.add_column(width=width, no_wrap=True)
        shown.add_column(overflow="fold")
        for check, answer in each.open:
            said = label(answer)
            shown.add_row(Text(said, style=_STYLES[said]), check.id, Text(answer.summary))
        yield Padding(shown, (0, 0, 0, 2), expand=False)


def summary(audited: Sequence[Audited], inventory: Inventory) -> Iterator[str]:
    """Yields lines that say how much was looked at, and what came of it."""
    by = Counter(str(each.subject.instrumentation.by) for each in audited)
    watched = ", ".join(f"{count} by {who}" for who, count in by.most_common())
    helpers = len(inventory.helpers)
    left_out = f" {_plural(helpers, 'helper')} of deployments left out." if helpers else ""
    yield f"{_plural(len(audited), 'function')}: {watched or 'nothing to look at'}.{left_out}"
    for resource in inventory.missing:
        yield f"missing: {resource.physical_id}, which {resource.stack} declares as {resource.logical_id}"
    found = count(audited, inventory)
    fine = sum(1 for each in audited if not each.open)
    said = [_plural(found["error"], "error"), _plural(found["warning"], "warning"), f"{found['unknown']} unknown"]
    yield f"{', '.join(said)}; {_plural(fine, 'function')} with nothing to say about."


def document(audited: Sequence[Audited], inventory: Inventory, *, stack: str | None, denied: Iterable[str]) -> Any:
    """The same for machines; docs/audit.md describes it."""
    found = count(audited, inventory)
    return {
        "scope": {"stack": stack} if stack else {"all": True},
        "summary": {
            "functions": len(audited),
            "helpers": [each.name for each in inventory.helpers],
            "missing_functions": [each.physical_id for each in inventory.missing],
            "errors": found["error"],
            "warnings": found["warning"],
            "unknown": found["unknown"],
            "monitored_by": dict(Counter(str(each.subject.instrumentation.by) for each in audited)),
        },
        "missing_permissions": sorted(denied),
        "functions": [_entry(each) for each in audited],
    }


def _entry(audited: Audited) -> dict[str, Any]:
    function = audited.subject.function
    return {
        "name": function.name,
        "arn": function.arn,
        "stack": function.stack.name if function.stack else None,
        "logical_id": function.resource.logical_id if function.resource else None,
        "runtime": function.runtime or None,
        "monitored_by": str(audited.subject.instrumentation.by),
        "answers": [
            {
                "check": check.id,
                "status": str(answer.status),
                "severity": str(answer.severity) if answer.severity else None,
                "summary": answer.summary,
                "remedy": "" if answer.status is Status.OK else answer.remedy or check.remedy,
                "evidence": dict(answer.evidence),
            }
            for check, answer in audited.answers
        ],
    }


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
