"""How many records and events a second of the functions' CPU handles, and what DynamoDB charges for them."""

from benchmarks.measure import interleaved, median
from benchmarks.pipeline import functions
from benchmarks.pipeline.aws import QuickAws
from benchmarks.report import Goal, Row, Table
from tests.harness.function_process import FunctionProcess
from tests.harness.runtime_api import RuntimeApi

RECORDS = 100
_USERS = {"every record of another user": 100, "ten users": 10, "one user": 1}
_COLUMNS = ["put per record", "validator"]
_MODULES = {"put per record": "put_each", "validator": "activity_validate"}


def validator(repetitions: int) -> Table:
    """Batches of 100, the baseline and the validator in turns."""
    rows = []
    for name, users in _USERS.items():
        cpu_ms = interleaved(_COLUMNS, repetitions, lambda column, users=users: _batch_cpu_ms(column, users))  # type: ignore[misc]
        baseline, ours = (median(cpu_ms[column]) for column in _COLUMNS)
        cells = {column: f"{RECORDS / median(cpu_ms[column]) * 1000:.0f}" for column in _COLUMNS}
        cells["validator"] += f" (x{baseline / ours:.1f})"
        rows.append(Row(f"records per CPU-second, {name}", cells, ours / baseline, Goal(0.2)))
    rows += [_write_units(name, users) for name, users in _USERS.items()]
    return Table(
        "Validator",
        "Batches of 100 records under awslambdaric, against a DynamoDB that answers at once; CPU of the function's "
        "process alone. The baseline is `benchmarks/pipeline/baseline/put_each.py`: it checks and counts nothing. The "
        "goal is the validator's CPU per record over the baseline's. Write units are those of on-demand tables, with "
        "the index's.",
        _COLUMNS,
        rows,
    )


def _batch_cpu_ms(column: str, users: int, calls: int = 5) -> float:
    event = functions.batch(RECORDS, users)
    with QuickAws() as aws, RuntimeApi() as api:
        config = functions.config(_MODULES[column], aws.environment)
        with FunctionProcess(api.address, config) as process:
            return _cpu_ms_per_call(api, process, event, calls)


def _cpu_ms_per_call(api: RuntimeApi, process: FunctionProcess, event: dict[str, object], calls: int) -> float:
    for _ in range(3):  # imports, connections
        _ok(api, event)
    before = process.cpu_ms()
    for _ in range(calls):
        _ok(api, event)
    return (process.cpu_ms() - before) / calls


def _ok(api: RuntimeApi, event: dict[str, object]) -> None:
    invocation = api.invoke(event, function_timeout_s=60)
    answer = invocation.result
    if isinstance(answer, dict) and (answer.get("batchItemFailures") or answer.get("statusCode", 200) >= 300):  # noqa: PLR2004
        raise RuntimeError(f"the function failed: {answer}")
    api.wait_for_next_poll(invocation)


def _write_units(name: str, users: int) -> Row:
    with QuickAws() as aws, RuntimeApi() as api:
        aws.keep = True
        with FunctionProcess(api.address, functions.config("activity_validate", aws.environment)):
            _ok(api, functions.batch(RECORDS, users))
        return Row(f"write units per event, {name}", {"validator": f"{aws.write_units.total() / RECORDS:.2f}"})


def ingest(repetitions: int) -> Table:
    """One event and 500 events a request."""
    sizes = [1, 500]

    def cpu_ms(events: int) -> float:
        with QuickAws() as aws, RuntimeApi() as api:
            config = functions.config("activity_ingest", aws.environment)
            with FunctionProcess(api.address, config) as process:
                calls = 200 if events == 1 else 20
                return _cpu_ms_per_call(api, process, functions.post(events), calls)

    measured = interleaved(sizes, repetitions, cpu_ms)
    columns = [f"batch {size}" for size in sizes]
    cells = {column: f"{size / median(measured[size]) * 1000:.0f}" for column, size in zip(columns, sizes, strict=True)}
    return Table(
        "Ingest",
        "Requests under awslambdaric, against a Kinesis that answers at once; CPU of the function's process alone.",
        columns,
        [Row("events per CPU-second", cells)],
    )
