"""A diagnosis for people and for machines."""

from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from .diagnosis import Diagnosis
from .finding import Finding, Health
from .steps import Step

_MARKS = {Health.HEALTHY: ("✓", "green"), Health.SICK: ("✗", "bold red"), Health.UNKNOWN: ("?", "yellow")}


def rendered(diagnosis: Diagnosis) -> RenderableType:
    """For people: the walk, then the verdict."""
    table = Table(box=None, padding=(0, 1), show_header=False, pad_edge=False)
    table.add_column(width=1)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    table.add_column(justify="right", style="dim", no_wrap=True)
    for step in diagnosis.steps:
        mark, style = _MARKS[step.health]
        took = f"{step.duration_ms} ms" if step.duration_ms else ""
        table.add_row(Text(mark, style), step.what, Text(step.name), _words(step), took)
    survey = diagnosis.survey
    day = "" if survey.since.date() == survey.until.date() else "%Y-%m-%d "
    until = survey.until.strftime(f"{day}%H:%M:%S")
    head = Text.assemble((survey.stack, "bold"), f", {survey.since:%Y-%m-%d %H:%M:%S} to {until} UTC, as data flows")
    return Group(head, Padding(table, (1, 0)), _conclusion(diagnosis))


def _words(step: Step) -> Text:
    words = Text()
    for number, finding in enumerate(_shown(step)):
        if number:
            words.append("\n")
        words.append(finding.summary, _style(step, finding))
        if finding.health is Health.SICK:
            for line in finding.evidence:
                words.append(f"\n  {line}", "dim")
    return words


def _style(step: Step, finding: Finding) -> str:
    if finding.health is Health.HEALTHY:
        return "" if step.health is Health.HEALTHY else "dim"
    return _MARKS[finding.health][1]


def _shown(step: Step) -> Sequence[Finding]:
    unknowns = list({each.summary: each for each in step.findings if each.health is Health.UNKNOWN}.values())
    return [*step.sicknesses, *unknowns, *(each for each in step.findings if each.health is Health.HEALTHY)]


def _conclusion(diagnosis: Diagnosis) -> RenderableType:
    verdict = diagnosis.verdict
    if verdict is None:
        unknown = [step.name for step in diagnosis.steps if step.health is Health.UNKNOWN]
        said = f"No step is sick. Not known of: {', '.join(unknown)}" if unknown else "Every step is healthy."
        return Text(said, "yellow" if unknown else "green")
    lines = [Text.assemble((f"{verdict.step.what} {verdict.step.name}", "bold"), f": {verdict.finding.summary}")]
    if verdict.explains:
        lines.append(Text(f"That explains: {_names(verdict.explains)}."))
    if verdict.others:
        lines.append(Text(f"It does not explain: {_names(verdict.others)}."))
    lines.append(Text.assemble("Next: ", (verdict.finding.next_command, "bold cyan")))
    return Panel(Group(*lines), title="most likely", title_align="left", border_style="red")


def _names(steps: Sequence[Step]) -> str:
    return ", ".join(f"{step.what} {step.name}" for step in steps)


def document(diagnosis: Diagnosis) -> dict[str, Any]:
    """For machines; docs/diagnose.md says what is in it."""
    survey, verdict = diagnosis.survey, diagnosis.verdict
    return {
        "stack": survey.stack,
        "user": survey.user or None,
        "since": survey.since.isoformat(timespec="seconds"),
        "until": survey.until.isoformat(timespec="seconds"),
        "verdict": verdict
        and {
            "step": verdict.step.name,
            "what": verdict.step.what,
            **_finding(verdict.finding),
            "explains": [step.name for step in verdict.explains],
            "also_sick": [step.name for step in verdict.others],
        },
        "steps": list(_steps(diagnosis.steps)),
        "denied_actions": list(diagnosis.denied_actions),
    }


def _steps(steps: Sequence[Step]) -> Iterator[dict[str, Any]]:
    for step in steps:
        yield {
            "step": step.name,
            "what": step.what,
            "logical_id": step.resource.logical_id if step.resource else None,
            "physical_id": step.resource.physical_id if step.resource else None,
            "health": step.health.value,
            "duration_ms": step.duration_ms,
            "findings": [_finding(finding) for finding in step.findings],
        }


def _finding(finding: Finding) -> dict[str, Any]:
    found: dict[str, Any] = {"id": finding.id, "health": finding.health.value, "summary": finding.summary}
    if finding.health is Health.SICK:
        found |= {
            "weight": finding.weight.name.lower(),
            "evidence": list(finding.evidence),
            "next_command": finding.next_command,
        }
    return found
