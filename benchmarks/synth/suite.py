"""What the one line costs at synth, beside other kits: CPU time, resources and template bytes."""

from functools import cache

from benchmarks.measure import interleaved, median, median_ratio
from benchmarks.report import Goal, Row, Table, versions
from benchmarks.synth.app import KINDS
from benchmarks.synth.kits import OTHERS
from benchmarks.synth.measure import Synth, synth

TITLE = "Synth"
_COUNTS = (10, 50, 90, 200)
_REPETITIONS = 7
_CPU_GOALS = {("ours_without_alarms", 200): 1.10, ("ours", 90): 1.5}
_COMPARED = {"ours_without_alarms": "datadog", "ours": "monitoring_constructs"}


def run(name: str, *, quick: bool) -> Table:
    """Runs one of BENCHMARKS; `quick` measures as little as shows that it works."""
    return BENCHMARKS[name](quick)


def software() -> str:
    """What was measured."""
    return ", ".join([versions("aws-cdk-lib"), *(each.replace("==", " ") for each in OTHERS)])


def _counts(quick: bool) -> tuple[int, ...]:
    return _COUNTS[:1] if quick else _COUNTS


@cache
def _measured(count: int, repetitions: int) -> dict[str, list[Synth]]:
    # Builds the layers where nobody has yet; they are then found.
    synth("ours", 1)
    return interleaved(list(KINDS), repetitions, lambda kind: synth(kind, count))


def cpu(quick: bool) -> Table:
    """CPU time as a multiple of the bare app's."""
    table = Table(
        "CPU time of synth, as a multiple of the bare app's",
        "Python and the Node process behind aws-cdk-lib together, from start to exit; median of ratios within a turn. "
        "`CDK_VALIDATION=false`. `bare` is in seconds. monitoring_constructs has the same two alarms a function and "
        "its dashboard, but instruments nothing; datadog has no alarms and no dashboard.",
        list(KINDS),
    )
    for count in _counts(quick):
        values = {
            kind: [each.cpu_s for each in runs] for kind, runs in _measured(count, 1 if quick else _REPETITIONS).items()
        }
        ratios = {kind: median_ratio(values[kind], values["bare"]) for kind in KINDS if kind != "bare"}
        judged = next((key for key in _CPU_GOALS if key[1] == count), None)
        table.rows.append(
            Row(
                f"{count} functions" + (f" (goal: {judged[0]})" if judged else ""),
                {"bare": f"{median(values['bare']):.2f} s", **ratios},
                None if judged is None else ratios[judged[0]],
                None if judged is None else Goal(_CPU_GOALS[judged]),
            )
        )
    return table


def size(quick: bool) -> Table:
    """What the kits add to the templates for each function."""
    table = Table(
        "Added to the templates for each function",
        "The growth from 10 to 50 functions, so that what a kit adds once is left out. datadog has no dashboard; ours "
        "has one without alarms too, and its lines are most of the bytes.",
        [kind for kind in KINDS if kind != "bare"],
    )
    small, large = (_measured(count, 1 if quick else _REPETITIONS) for count in (_COUNTS[0], _COUNTS[1]))
    functions = _COUNTS[1] - _COUNTS[0]
    for figure in ("resources", "template_bytes"):
        grown = {
            kind: (getattr(large[kind][0], figure) - getattr(small[kind][0], figure)) / functions for kind in KINDS
        }
        added = {kind: grown[kind] - grown["bare"] for kind in KINDS if kind != "bare"}
        for ours, other in _COMPARED.items():
            row = f"{figure} a function ({ours} against {other})"
            table.rows.append(Row(row, added, added[ours], Goal(added[other])))
    return table


BENCHMARKS = {"cpu": cpu, "size": size}
