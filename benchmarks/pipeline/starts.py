"""What each function costs at its start, and holds of memory, bare and monitored."""

from dataclasses import dataclass
from typing import Any

from benchmarks.measure import interleaved, median, median_added
from benchmarks.pipeline import functions
from benchmarks.pipeline.aws import QuickAws
from benchmarks.report import Row, Table
from tests.harness.function_process import FunctionProcess
from tests.harness.runtime_api import RuntimeApi

_COLUMNS = ["bare", "monitored"]


@dataclass(frozen=True)
class Start:
    """One cold start and its first calls."""

    init_cpu_ms: float
    first_cpu_ms: float
    rss_mib: float


def cold_start(repetitions: int) -> Table:
    """Every function in turns, bare and under the kit's layer."""
    events: dict[str, dict[str, Any]] = {
        "activity_ingest": functions.post(500),
        "activity_validate": functions.batch(100, 100),
        "activity_history": functions.question(),
    }
    rows = []
    for module, event in events.items():
        measured = interleaved(
            _COLUMNS,
            repetitions,
            lambda column, module=module, event=event: _start(module, event, monitored=column == "monitored"),  # type: ignore[misc]
        )
        for figure, name in (
            ("init_cpu_ms", "init, CPU ms"),
            ("first_cpu_ms", "init and first call, CPU ms"),
            ("rss_mib", "resident memory after ten calls, MiB"),
        ):
            values = {column: [getattr(start, figure) for start in measured[column]] for column in _COLUMNS}
            added = median_added(values["monitored"], values["bare"])
            cells = {"bare": f"{median(values['bare']):.1f}"}
            cells["monitored"] = f"{median(values['monitored']):.1f} ({added:+.1f})"
            rows.append(Row(f"{module}: {name}", cells))
    return Table(
        "Cold start and memory",
        "Under awslambdaric. The first call of ingest has 500 events, that of the validator 100 records of as many "
        "users. Monitored is the kit's layer with a DSN and nothing to report; `+` is over bare, in the same turn.",
        _COLUMNS,
        rows,
    )


def _start(module: str, event: dict[str, Any], *, monitored: bool) -> Start:
    with QuickAws() as aws, RuntimeApi() as api:
        config = functions.config(module, aws.environment, monitored=monitored)
        with FunctionProcess(api.address, config) as process:
            api.wait_for_init()
            init_cpu_ms = process.cpu_ms()
            first = api.invoke(event, function_timeout_s=60)
            api.wait_for_next_poll(first)
            first_cpu_ms = process.cpu_ms()
            for _ in range(9):
                api.wait_for_next_poll(api.invoke(event, function_timeout_s=60))
            return Start(init_cpu_ms, first_cpu_ms, process.rss_kib() / 1024)
