"""Rows of figures, and the page they are written to."""

import datetime as dt
import importlib.metadata
import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

_PAGE_HEAD = """# Benchmarks

Written by `make bench`; do not edit. Figures are medians of runs taken in turns in one session, so compare the
columns of a row, not rows of different days. CPU time is the process's own, read from its CPU clock.
"""


@dataclass(frozen=True)
class Goal:
    """What a figure must not exceed.

    Attributes:
        limit: the largest value that meets the goal; with `exactly` the only one.
        exactly: the value must equal the limit.
    """

    limit: float
    exactly: bool = False

    def met_by(self, value: float) -> bool:
        """Whether `value` meets the goal."""
        return value == self.limit if self.exactly else value <= self.limit

    def __str__(self) -> str:
        return f"{self.limit:g}" if self.exactly else f"<= {self.limit:g}"


@dataclass(frozen=True)
class Row:
    """One figure, for everything that was compared.

    Attributes:
        figure: what was measured, with its unit.
        cells: column -> value; a text stands as it is.
        judged: the value the goal is about; None where there is no goal.
        goal: what it must not exceed.
    """

    figure: str
    cells: Mapping[str, float | str]
    judged: float | None = None
    goal: Goal | None = None

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None without a goal."""
        return None if self.goal is None or self.judged is None else self.goal.met_by(self.judged)


@dataclass
class Table:
    """Rows under one heading.

    Attributes:
        title: of the table.
        explanation: how it was measured; Markdown.
        columns: in order, by the names the rows' cells use.
        rows: the figures.
    """

    title: str
    explanation: str
    columns: Sequence[str]
    rows: list[Row] = field(default_factory=list)

    def markdown(self) -> str:
        """The table as Markdown."""
        judged = any(row.goal for row in self.rows)
        heads = ["", *self.columns, *(["goal", "met"] if judged else [])]
        lines = [f"### {self.title}", "", self.explanation, "", _line(heads), _line(["---"] * len(heads))]
        for row in self.rows:
            cells = [_text(row.cells.get(column, "")) for column in self.columns]
            verdict = [] if not judged else [str(row.goal or ""), {True: "yes", False: "**no**", None: ""}[row.met]]
            lines.append(_line([row.figure, *cells, *verdict]))
        return "\n".join([*lines, ""])


def machine() -> str:
    """Where this runs, in one line."""
    model = platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return f"{os.cpu_count()} cores, {model}, Linux {platform.release()}, Python {platform.python_version()}"


def versions(*distributions: str) -> str:
    """The installed versions, in one line."""
    return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in distributions)


def section(title: str, command: str, software: str, tables: Sequence[Table]) -> str:
    """One suite's part of the page."""
    today = dt.datetime.now(dt.UTC).date().isoformat()
    head = f"## {title}\n\n`{command}`, {today}, on {machine()}; {software}.\n"
    return "\n".join([head, *(table.markdown() for table in tables)])


def write_section(page: Path, name: str, text: str) -> None:
    """Puts a suite's part into the page, in place of its former one, and leaves the other suites' parts alone."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    part = f"{begin}\n{text}\n{end}\n"
    existing = page.read_text() if page.is_file() else _PAGE_HEAD
    before, found, rest = existing.partition(begin)
    after = rest.partition(end + "\n")[2] if found else ""
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(f"{before.rstrip()}\n\n{part}{after}")


def write_json(path: Path, tables: Sequence[Table]) -> None:
    """Writes the figures for programs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(table) for table in tables], indent=1) + "\n")


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _text(value: float | str) -> str:
    if isinstance(value, str):
        return value
    if abs(value) >= 100:  # noqa: PLR2004 - three digits say enough
        return f"{value:.0f}"
    return f"{value:.3g}" if abs(value) >= 1 else f"{value:.2f}"
