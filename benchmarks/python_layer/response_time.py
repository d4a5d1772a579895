"""What the caller waits for: from event out to answer in at the Runtime API, Sentry 100 ms away."""

from contextlib import ExitStack
from dataclasses import dataclass

from benchmarks.environments import Start, errors_of, running, waited_row
from benchmarks.measure import interleaved, median
from benchmarks.python_layer.effort import Effort
from benchmarks.python_layer.variants import BARE, BASELINE, OURS, OURS_FULL, Variant
from benchmarks.report import Goal, Row, Table
from tests.harness.function_process import FunctionProcess
from tests.harness.runtime_api import Invocation
from tests.harness.sink import Sink

_VARIANTS = [BARE, BASELINE, OURS, OURS_FULL]


@dataclass
class Successes:
    """Successful calls of one warm environment.

    Attributes:
        waited_ms: by the caller, for each call.
        requests: that reached Sentry.
        transactions: that reached Sentry.
    """

    waited_ms: list[float]
    requests: int
    transactions: int


def run(effort: Effort) -> Table:
    """Successful calls in turns over warm environments, then errors in fresh ones."""
    successes = _successes(effort)
    errors = interleaved(_VARIANTS, effort.environments, _errors)
    first = {variant: [run[0].waited_ms for run in errors[variant]] for variant in _VARIANTS}
    later = {variant: [one.waited_ms for run in errors[variant] for one in run[1:]] for variant in _VARIANTS}
    busy = {variant: [one.after_answer_ms for run in errors[variant] for one in run[1:]] for variant in _VARIANTS}
    warm = {variant: one.waited_ms for variant, one in successes.items()}
    traced = successes[OURS_FULL]
    return Table(
        "What the caller waits for",
        "From event out to answer in at the Runtime API, ms, medians, Sentry 100 ms away; in brackets over bare. The "
        "environment's time after the answer is billed, and the next event waits for it. Every error arrived.",
        [variant.name for variant in _VARIANTS],
        [
            _added("successful warm call", warm, OURS, Goal(0.3)),
            Row(
                "requests to Sentry per successful call",
                {variant.name: one.requests / len(one.waited_ms) for variant, one in successes.items()},
                successes[OURS].requests,
                Goal(0, exactly=True),
            ),
            _added("full mode (rate 1), successful warm call", warm, OURS_FULL, Goal(3)),
            Row(
                f"transactions delivered of {len(traced.waited_ms)}",
                {OURS_FULL.name: str(traced.transactions)},
                traced.transactions,
                Goal(len(traced.waited_ms), exactly=True),
            ),
            _added("first error of an environment", first, OURS, Goal(4)),
            _added("later errors", later, OURS, Goal(2)),
            Row("environment busy after a later error's answer", {v.name: median(busy[v]) for v in _VARIANTS}),
        ],
    )


def _successes(effort: Effort) -> dict[Variant, Successes]:
    with ExitStack() as stack:
        warm = {variant: running(_start(variant), stack) for variant in _VARIANTS}
        for environment in warm.values():
            environment.call({})
        before = {variant: _counts(environment.sink) for variant, environment in warm.items()}
        calls = interleaved(_VARIANTS, effort.slow_calls, lambda variant: warm[variant].call({}))
        quick = [BARE, OURS]
        further = max(effort.warm_calls - effort.slow_calls, 0)
        more = interleaved(quick, further, lambda variant: warm[variant].call({}))
        for variant in quick:
            calls[variant] += more[variant]
        after = {variant: _counts(environment.sink) for variant, environment in warm.items()}
        return {
            variant: Successes(
                [one.waited_ms for one in calls[variant]],
                after[variant][0] - before[variant][0],
                after[variant][1] - before[variant][1],
            )
            for variant in _VARIANTS
        }


def _counts(sink: Sink) -> tuple[int, int]:
    return sink.request_count, len(sink.transactions)


def _errors(variant: Variant) -> list[Invocation]:
    return errors_of(_start(variant), reported=variant != BARE)


def _start(variant: Variant) -> Start:
    return lambda address, dsn: FunctionProcess(address, variant.config("trivial.handler", dsn))


def _added(figure: str, waited: dict[Variant, list[float]], judged: Variant, goal: Goal) -> Row:
    by_column = {variant.name: ms for variant, ms in waited.items()}
    return waited_row(figure, by_column, BARE.name, judged.name, goal)
