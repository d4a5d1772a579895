"""The first invocation, end to end, with the part of a CPU that small functions get."""

import tempfile
from dataclasses import dataclass, fields
from pathlib import Path

from benchmarks.cpu_limit import cpu_limit
from benchmarks.measure import median, median_ratio
from benchmarks.python_layer.effort import Effort
from benchmarks.python_layer.variants import BARE, BASELINE, OURS, Variant
from benchmarks.report import Goal, Row, Table
from tests.harness.function_process import FunctionConfig
from tests.harness.rie import RuntimeInterfaceEmulator
from tests.harness.sink import Answer, Sink

_SIZES = {0.07: "128 MB", 0.29: "512 MB"}
_VARIANTS = [BARE, OURS, BASELINE]


@dataclass(frozen=True)
class LimitedConfig(FunctionConfig):
    """A function whose process limits itself before it becomes the interpreter."""

    launcher: tuple[str, ...] = ()

    def command(self, *flags: str) -> list[str]:
        """The launcher, then the function's command."""
        return [*self.launcher, *super().command(*flags)]


def run(effort: Effort) -> Table:
    """Starts bare and ours in turns, and the public layer in the first few of them."""
    rows = []
    mechanism = ""
    with Sink(Answer(delay_ms=100)) as sink, tempfile.TemporaryDirectory() as scratch:
        for vcpu, memory in _SIZES.items():
            waited: dict[Variant, list[float]] = {variant: [] for variant in _VARIANTS}
            for turn in range(effort.close_starts):
                for variant in _VARIANTS if turn < effort.slow_starts else _VARIANTS[:2]:
                    with cpu_limit(vcpu, Path(scratch)) as limit:
                        mechanism = limit.mechanism
                        waited[variant].append(
                            _first_call_ms(variant.config("trivial.handler", sink.dsn), limit.launcher)
                        )
            rows.append(_row(vcpu, memory, waited))
    return Table(
        "First invocation on a small function",
        f"Cold start and first call together, as RIE's caller waits for them, ms; the function's process is limited "
        f"({mechanism}), the emulator is not. Sentry 100 ms away.",
        [variant.name for variant in (BARE, BASELINE, OURS)],
        rows,
    )


def _first_call_ms(config: FunctionConfig, launcher: tuple[str, ...]) -> float:
    given = {one.name: getattr(config, one.name) for one in fields(config)}
    with RuntimeInterfaceEmulator(LimitedConfig(**given, launcher=launcher)) as rie:
        return rie.invoke().waited_ms


def _row(vcpu: float, memory: str, waited: dict[Variant, list[float]]) -> Row:
    ratio = {variant: median_ratio(ms, waited[BARE][: len(ms)]) for variant, ms in waited.items() if ms}
    cells: dict[str, float | str] = {
        variant.name: f"{median(ms):.0f} (x{ratio[variant]:.2f})" for variant, ms in waited.items() if ms
    }
    cells[BARE.name] = f"{median(waited[BARE]):.0f}"
    goal = Goal(1.05) if vcpu == min(_SIZES) else None
    return Row(f"{vcpu} vCPU ({memory})", cells, ratio[OURS], goal)
