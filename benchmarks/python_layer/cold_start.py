"""What a cold start costs: CPU time, wall time and memory, trivial and realistic handler."""

from dataclasses import dataclass

from benchmarks.measure import (
    error_of_median,
    interleaved,
    median,
    median_added,
    median_ratio,
    ratios,
    together,
)
from benchmarks.python_layer.effort import Effort
from benchmarks.python_layer.variants import BARE, BASELINE, OURS, OURS_FULL, Variant
from benchmarks.report import Goal, Row, Table
from tests.harness.function_process import FunctionProcess
from tests.harness.rie import RuntimeInterfaceEmulator
from tests.harness.runtime_api import RuntimeApi
from tests.harness.sink import Sink

_COLUMNS = [BARE.name, BASELINE.name, OURS.name, OURS_FULL.name]
_VARIANTS = [BARE, BASELINE, OURS, OURS_FULL]


@dataclass(frozen=True)
class Start:
    """One cold start."""

    init_cpu_ms: float
    rie_init_ms: float
    rie_cpu_ms: float
    rie_rss_mib: float


def run(effort: Effort) -> Table:
    """Starts every variant in turns."""
    with Sink() as sink:
        trivial = interleaved(_VARIANTS, effort.starts, lambda variant: _start(variant, sink))
        realistic = interleaved(_VARIANTS, effort.starts, lambda variant: _realistic_cpu_ms(variant, sink))
        paired = together([BARE, OURS], effort.close_starts, lambda variant: _realistic_cpu_ms(variant, sink))
    init_cpu = {variant: [one.init_cpu_ms for one in trivial[variant]] for variant in _VARIANTS}
    wall = {variant: [one.rie_init_ms for one in trivial[variant]] for variant in _VARIANTS}
    first_cpu = {variant: [one.rie_cpu_ms for one in trivial[variant]] for variant in _VARIANTS}
    rss = {variant: [one.rie_rss_mib for one in trivial[variant]] for variant in _VARIANTS}
    return Table(
        "Cold start",
        "Trivial handler unless said otherwise. Init ends with the runtime's first poll. CPU and memory after the "
        "first call are read under the Runtime Interface Emulator once it has answered, so they hold the whole "
        "first invocation. In brackets over bare in the same turn, or the ratio to it; where an error is given, bare "
        f"and ours were started at the same moment, {effort.close_starts} times.",
        _COLUMNS,
        [
            _added("init, CPU ms", init_cpu, OURS, Goal(12)),
            _added("init in full mode, CPU ms", init_cpu, OURS_FULL, Goal(140)),
            _added("init and first call, CPU ms", first_cpu, OURS, None),
            _added("init, wall ms as the emulator says it", wall, OURS, None),
            _added("resident memory before the first event, MiB", rss, OURS, Goal(1)),
            _realistic(realistic, paired),
        ],
    )


def _start(variant: Variant, sink: Sink) -> Start:
    config = variant.config("trivial.handler", sink.dsn)
    with RuntimeApi() as api, FunctionProcess(api.address, config) as process:
        api.wait_for_init()
        init_cpu_ms = process.cpu_ms()
    with RuntimeInterfaceEmulator(config) as rie:
        rie.invoke()
        return Start(init_cpu_ms, rie.init_ms(), rie.function_cpu_ms(), rie.function_rss_kib() / 1024)


def _realistic_cpu_ms(variant: Variant, sink: Sink) -> float:
    with RuntimeInterfaceEmulator(variant.config("realistic.handler", sink.dsn)) as rie:
        rie.invoke()
        return rie.function_cpu_ms()


def _added(figure: str, values: dict[Variant, list[float]], judged: Variant, goal: Goal | None) -> Row:
    added = {variant: median_added(values[variant], values[BARE]) for variant in values}
    cells: dict[str, float | str] = {
        variant.name: f"{median(values[variant]):.1f} ({added[variant]:+.1f})" for variant in values
    }
    cells[BARE.name] = f"{median(values[BARE]):.1f}"
    return Row(figure, cells, added[judged], goal)


def _realistic(values: dict[Variant, list[float]], paired: dict[Variant, list[float]]) -> Row:
    ours = ratios(paired[OURS], paired[BARE])
    cells: dict[str, float | str] = {
        variant.name: f"{median(ms):.0f} (x{median_ratio(ms, values[BARE]):.2f})" for variant, ms in values.items()
    }
    cells[BARE.name] = f"{median(values[BARE]):.0f}"
    cells[OURS.name] = f"{median(values[OURS]):.0f} (x{median(ours):.3f} ± {error_of_median(ours):.3f})"
    return Row("realistic handler (boto3, Powertools), init and first call, CPU ms", cells, median(ours), Goal(1.02))
