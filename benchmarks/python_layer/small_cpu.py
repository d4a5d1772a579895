"""The first invocation, end to end, with the part of a CPU that small functions get."""

import tempfile
from dataclasses import dataclass, fields
from pathlib import Path

from benchmarks.cpu_limit import cpu_limit, mechanism
from benchmarks.measure import error_of_median, interleaved, median, ratios, together
from benchmarks.python_layer.effort import Effort
from benchmarks.python_layer.variants import BARE, BASELINE, OURS, Variant
from benchmarks.report import Goal, Row, Table
from tests.harness.function_process import FunctionConfig
from tests.harness.rie import RuntimeInterfaceEmulator
from tests.harness.sink import Answer, Sink


@dataclass(frozen=True)
class LimitedConfig(FunctionConfig):
    """A function whose process limits itself before it becomes the interpreter."""

    launcher: tuple[str, ...] = ()

    def command(self, *flags: str) -> list[str]:
        """The launcher, then the function's command."""
        return [*self.launcher, *super().command(*flags)]


def run(effort: Effort) -> Table:
    """Starts bare and ours at the same moment where the goal is close, and the public layer on its own."""
    with Sink(Answer(delay_ms=100)) as sink:
        rows = [
            _row("0.07 vCPU (128 MB)", 0.07, sink, effort.close_starts, effort.slow_starts, goal=Goal(1.05)),
            _row("0.29 vCPU (512 MB)", 0.29, sink, effort.close_starts // 4, effort.slow_starts),
        ]
    return Table(
        "First invocation on a small function",
        f"Cold start and first call together, as RIE's caller waits for them, ms; the function's process is limited "
        f"({mechanism()}), the emulator is not. Sentry 100 ms away. In brackets the ratio to bare with its standard "
        f"error; bare and ours are started at the same moment, {effort.close_starts} times.",
        [variant.name for variant in (BARE, BASELINE, OURS)],
        rows,
    )


def _row(size: str, vcpu: float, sink: Sink, pairs: int, slow_starts: int, *, goal: Goal | None = None) -> Row:
    def first_call_ms(variant: Variant) -> float:
        with tempfile.TemporaryDirectory() as scratch, cpu_limit(vcpu, Path(scratch)) as launcher:
            config = variant.config("trivial.handler", sink.dsn)
            given = {one.name: getattr(config, one.name) for one in fields(config)}
            with RuntimeInterfaceEmulator(LimitedConfig(**given, launcher=launcher)) as rie:
                return rie.invoke().waited_ms

    paired = together([BARE, OURS], max(pairs, 1), first_call_ms)
    public = interleaved([BASELINE], slow_starts, first_call_ms)[BASELINE]
    bare, ours = paired[BARE], ratios(paired[OURS], paired[BARE])
    cells: dict[str, float | str] = {
        BARE.name: f"{median(bare):.0f}",
        OURS.name: f"{median(paired[OURS]):.0f} (x{median(ours):.3f} ± {error_of_median(ours):.3f})",
    }
    if public:
        cells[BASELINE.name] = f"{median(public):.0f} (x{median(public) / median(bare):.1f})"
    return Row(size, cells, median(ours), goal)
