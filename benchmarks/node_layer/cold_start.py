"""What a cold start costs: CPU time and memory."""

from dataclasses import dataclass

from benchmarks.measure import interleaved, median, median_added
from benchmarks.node_layer.effort import Effort
from benchmarks.node_layer.variants import BARE, BASELINE, OURS, OURS_FULL, Variant
from benchmarks.report import Goal, Row, Table
from tests.harness.runtime_api import RuntimeApi
from tests.harness.sink import Sink
from tests.runtime_nodejs.node_runtime import RUNTIMES, NodeProcess, NodeRuntime

_VARIANTS = [BARE, BASELINE, OURS, OURS_FULL]


@dataclass(frozen=True)
class Start:
    """One cold start and its first call."""

    init_cpu_ms: float
    first_cpu_ms: float
    rss_mib: float


def run(effort: Effort) -> Table:
    """Starts every variant in turns, on each runtime."""
    rows = [row for runtime in RUNTIMES for row in _rows(runtime, effort)]
    return Table(
        "Cold start",
        "A handler that does nothing and allocates 2 MB in init, as any library does: without that, what the layer "
        "allocates (0.2 MB) can be what makes V8 collect its first garbage, 4 ms and 6 MB that a real function spends "
        "anyway. Init ends with the runtime's first poll; memory is read after the first call. In brackets over bare "
        "in the same turn.",
        [variant.name for variant in _VARIANTS],
        rows,
    )


def _rows(runtime: NodeRuntime, effort: Effort) -> list[Row]:
    with Sink() as sink:
        starts = interleaved(_VARIANTS, effort.starts, lambda variant: _start(variant, runtime, sink))

    def row(figure: str, name: str, judged: Variant, goal: Goal | None) -> Row:
        values = {variant: [float(getattr(one, name)) for one in starts[variant]] for variant in _VARIANTS}
        added = {variant: median_added(values[variant], values[BARE]) for variant in _VARIANTS}
        cells: dict[str, float | str] = {
            variant.name: f"{median(values[variant]):.1f} ({added[variant]:+.1f})" for variant in _VARIANTS
        }
        cells[BARE.name] = f"{median(values[BARE]):.1f}"
        return Row(f"{runtime.name}: {figure}", cells, added[judged], goal)

    return [
        row("init, CPU ms", "init_cpu_ms", OURS, Goal(12)),
        row("init in full mode, CPU ms", "init_cpu_ms", OURS_FULL, Goal(95)),
        row("init and first call, CPU ms", "first_cpu_ms", OURS, None),
        row("resident memory before the first event, MiB", "rss_mib", OURS, Goal(1)),
    ]


def _start(variant: Variant, runtime: NodeRuntime, sink: Sink) -> Start:
    with RuntimeApi() as api, NodeProcess(api.address, variant.config(sink.dsn, runtime=runtime)) as process:
        api.wait_for_init()
        init_cpu_ms = process.cpu_ms()
        invocation = api.invoke({}, function_timeout_s=60)
        api.wait_for_next_poll(invocation)
        return Start(init_cpu_ms, process.cpu_ms(), process.rss_kib() / 1024)
