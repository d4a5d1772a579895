"""What the caller waits for: from event out to answer in at the Runtime API, Sentry 100 ms away."""

from contextlib import ExitStack

from benchmarks.environments import Start, errors_of, running, waited_row
from benchmarks.measure import interleaved, median
from benchmarks.node_layer.effort import Effort
from benchmarks.node_layer.variants import BARE, BASELINE, OURS, OURS_FULL, Variant
from benchmarks.report import Goal, Row, Table
from tests.harness.runtime_api import Invocation
from tests.runtime_nodejs.node_runtime import NodeProcess

_VARIANTS = [BARE, BASELINE, OURS, OURS_FULL]


def run(effort: Effort) -> Table:
    """Successful calls in turns over warm environments, then errors in fresh ones."""
    warm, requests = _successes(effort)
    errors = interleaved(_VARIANTS, effort.environments, _errors)
    first = {variant: [run[0].waited_ms for run in errors[variant]] for variant in _VARIANTS}
    later = {variant: [one.waited_ms for run in errors[variant] for one in run[1:]] for variant in _VARIANTS}
    busy = {variant: [one.after_answer_ms for run in errors[variant] for one in run[1:]] for variant in _VARIANTS}
    return Table(
        "What the caller waits for",
        "nodejs24.x; from event out to answer in at the Runtime API, ms, medians, Sentry 100 ms away; in brackets "
        "over bare. The environment's time after the answer is billed, and the next event waits for it. Every error "
        "arrived.",
        [variant.name for variant in _VARIANTS],
        [
            _added("successful warm call", warm, OURS, Goal(0.5)),
            Row(
                "requests to Sentry per successful call",
                {variant.name: count for variant, count in requests.items()},
                requests[OURS],
                Goal(0, exactly=True),
            ),
            _added("full mode (rate 1), successful warm call", warm, OURS_FULL, None),
            _added("first error of an environment", first, OURS, Goal(8)),
            _added("later errors", later, OURS, Goal(2)),
            Row("environment busy after a later error's answer", {v.name: median(busy[v]) for v in _VARIANTS}),
        ],
    )


def _successes(effort: Effort) -> tuple[dict[Variant, list[float]], dict[Variant, float]]:
    with ExitStack() as stack:
        warm = {variant: running(_start(variant), stack) for variant in _VARIANTS}
        for environment in warm.values():
            environment.call({})
        before = {variant: environment.sink.request_count for variant, environment in warm.items()}
        calls = interleaved(_VARIANTS, effort.slow_calls, lambda variant: warm[variant].call({}).waited_ms)
        quick = [BARE, OURS]
        further = max(effort.warm_calls - effort.slow_calls, 0)
        more = interleaved(quick, further, lambda variant: warm[variant].call({}).waited_ms)
        for variant in quick:
            calls[variant] += more[variant]
        requests = {
            variant: (environment.sink.request_count - before[variant]) / len(calls[variant])
            for variant, environment in warm.items()
        }
        return calls, requests


def _errors(variant: Variant) -> list[Invocation]:
    return errors_of(_start(variant), reported=variant != BARE)


def _start(variant: Variant) -> Start:
    return lambda address, dsn: NodeProcess(address, variant.config(dsn))


def _added(figure: str, waited: dict[Variant, list[float]], judged: Variant, goal: Goal | None) -> Row:
    by_column = {variant.name: ms for variant, ms in waited.items()}
    return waited_row(figure, by_column, BARE.name, judged.name, goal)
