"""The README's figures, taken from docs/benchmarks.md: `python -m tests.documentation.figures` writes them anew."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.documentation.pages import DOCS, ROOT

README = ROOT / "README.md"
_BENCHMARKS = DOCS / "benchmarks.md"


@dataclass(frozen=True)
class Figure:
    """A row of the benchmarks, as the README shows it.

    Attributes:
        text: what the README calls it.
        table: heading of the benchmarks' table.
        row: its first cell, without what stands in brackets.
        columns: whose cells are shown, in order.
    """

    text: str
    table: str
    row: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """A table of the README.

    Attributes:
        name: of the comment before it.
        suite: the benchmarks' part that it is from.
        heads: of its columns.
        figures: its rows.
    """

    name: str
    suite: str
    heads: tuple[str, ...]
    figures: tuple[Figure, ...]

    @property
    def before(self) -> str:
        """The comment that it stands after."""
        return f"<!-- figures: {self.name} -->\n"

    def markdown(self) -> str:
        """The table."""
        cells = _cells(self.suite)
        rows = [(each.text, *(cells[each.table, each.row][column] for column in each.columns)) for each in self.figures]
        return "\n".join(
            f"| {' | '.join(row)} |" for row in [("", *self.heads), ("---",) * (len(self.heads) + 1), *rows]
        )


_LAYERS = ("bare", "public layer", "ours")
_NODE_LAYERS = ("bare", "@sentry/aws-serverless", "ours")
_KITS = ("datadog", "ours_without_alarms", "monitoring_constructs", "ours")
_SYNTH = "CPU time of synth, as a multiple of the bare app's"
_ADDED = "Added to the templates for each function"
_WAITS = "What the caller waits for"
COMPARISONS = (
    Comparison(
        "python",
        "python_layer",
        ("bare function", "Sentry's public layer", "cdk-sentry"),
        (
            Figure("init, CPU ms", "Cold start", "init, CPU ms", _LAYERS),
            Figure(
                "first call of a 128 MB function, cold start included, ms",
                "First invocation on a small function",
                "0.07 vCPU",
                _LAYERS,
            ),
            Figure(
                "memory before the first event, MiB",
                "Cold start",
                "resident memory before the first event, MiB",
                _LAYERS,
            ),
            Figure("a call that succeeds: its caller waits, ms", _WAITS, "successful warm call", _LAYERS),
            Figure("a call that fails: its caller waits, ms", _WAITS, "later errors", _LAYERS),
        ),
    ),
    Comparison(
        "nodejs",
        "node_layer",
        ("bare function", "@sentry/aws-serverless", "cdk-sentry"),
        (
            Figure("init, CPU ms", "Cold start", "nodejs24.x: init, CPU ms", _NODE_LAYERS),
            Figure(
                "memory before the first event, MiB",
                "Cold start",
                "nodejs24.x: resident memory before the first event, MiB",
                _NODE_LAYERS,
            ),
            Figure("a call that succeeds: its caller waits, ms", _WAITS, "successful warm call", _NODE_LAYERS),
            Figure("a call that fails: its caller waits, ms", _WAITS, "later errors", _NODE_LAYERS),
        ),
    ),
    Comparison(
        "synth",
        "synth",
        ("datadog-cdk-constructs", "cdk-sentry without alarms", "cdk-monitoring-constructs", "cdk-sentry"),
        (
            Figure("CPU time of synth, 90 functions", _SYNTH, "90 functions", _KITS),
            Figure("CPU time of synth, 200 functions", _SYNTH, "200 functions", _KITS),
            Figure("resources a function", _ADDED, "resources a function", _KITS),
            Figure("bytes of template a function", _ADDED, "template_bytes a function", _KITS),
        ),
    ),
)


def rewritten(readme: str) -> str:
    """The README with the figures of the benchmarks."""
    for comparison in COMPARISONS:
        before, found, after = readme.partition(comparison.before)
        if not found:
            raise ValueError(f"README.md has no line {comparison.before!r}")
        _, blank, rest = after.partition("\n\n")
        readme = f"{before}{found}{comparison.markdown()}{blank}{rest}"
    return readme


def _cells(suite: str) -> Mapping[tuple[str, str], Mapping[str, str]]:
    """Table and row -> column -> cell, all without what stands in brackets."""
    part = _BENCHMARKS.read_text().partition(f"<!-- {suite} -->")[2].partition(f"<!-- end of {suite} -->")[0]
    return dict(_rows(part))


def _rows(part: str) -> Iterator[tuple[tuple[str, str], dict[str, str]]]:
    table, heads = "", list[str]()
    for line in part.splitlines():
        cells = [each.strip() for each in line.strip("|").split("|")]
        if line.startswith("### "):
            table, heads = line.removeprefix("### "), []
        elif line.startswith("| ") and not heads:
            heads = cells
        elif line.startswith("| ") and not line.startswith("| ---"):
            cells = [cell.partition(" (")[0] for cell in cells]
            yield (table, cells[0]), dict(zip(heads, cells, strict=True))


if __name__ == "__main__":
    README.write_text(rewritten(README.read_text()))
