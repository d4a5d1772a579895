"""Whether the history of a busy user takes longer than that of another."""

import contextlib
import gc
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from benchmarks.measure import interleaved, median
from benchmarks.pipeline import functions
from benchmarks.pipeline.aws import QuickAws
from benchmarks.report import Goal, Row, Table
from tests.harness.function_process import FunctionProcess
from tests.harness.runtime_api import RuntimeApi

_EVENTS = (10, 1_000, 100_000)
_DAYS = 10
_FLAT = 1.3


def latency(calls: int) -> Table:
    """The same ten days with 10, 1,000 and 100,000 events, asked for in turns."""
    with contextlib.ExitStack() as running:
        users = {events: running.enter_context(_function(events)) for events in _EVENTS}
        gc.freeze()  # the tables' hundred thousand items are not what is measured
        for events, api in users.items():
            for _ in range(5):  # imports, connections
                _waited_ms(api, events)
        waited_ms = interleaved(_EVENTS, calls, lambda events: _waited_ms(users[events], events))
        gc.unfreeze()
    medians = {events: median(values) for events, values in waited_ms.items()}
    columns = [f"{events:,} events" for events in _EVENTS]
    cells: dict[str, float | str] = {column: medians[events] for column, events in zip(columns, _EVENTS, strict=True)}
    return Table(
        "History",
        f"What the caller of the function waits for; all events of the user on the same {_DAYS} days, in a table "
        "that finds a range by its sort key as DynamoDB does. The goal is the slowest over the fastest.",
        columns,
        [Row("latency, ms", cells, max(medians.values()) / min(medians.values()), Goal(_FLAT))],
    )


@contextlib.contextmanager
def _function(events: int) -> Iterator[RuntimeApi]:
    with (
        QuickAws(_items(events)) as aws,
        RuntimeApi() as api,
        FunctionProcess(api.address, functions.config("activity_history", aws.environment)),
    ):
        yield api


def _waited_ms(api: RuntimeApi, events: int) -> float:
    invocation = api.invoke(functions.question(), function_timeout_s=60)
    if json.loads(invocation.result["body"])["totals"]["total"] != events:
        raise RuntimeError(f"a wrong history: {invocation.result}")
    api.wait_for_next_poll(invocation)
    return invocation.waited_ms


def _items(events: int) -> dict[str, dict[str, Any]]:
    items: dict[str, dict[str, Any]] = {
        f"EVENT#e{number}": {"pk": {"S": "USER#user-0"}, "sk": {"S": f"EVENT#e{number}"}} for number in range(events)
    }
    for day, count in Counter(f"DAY#2025-01-{number % _DAYS + 1:02}" for number in range(events)).items():
        items[day] = {"pk": {"S": "USER#user-0"}, "sk": {"S": day}, "type:page_view": {"N": str(count)}}
    return items
