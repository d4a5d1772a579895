"""What the caller waits for: from event out to answer in at the Runtime API, Sentry 100 ms away."""

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from benchmarks.measure import interleaved, median
from benchmarks.node_layer.effort import Effort
from benchmarks.node_layer.variants import BARE, BASELINE, OURS, OURS_FULL, Variant
from benchmarks.report import Goal, Row, Table
from tests.harness.runtime_api import Invocation, RuntimeApi
from tests.harness.sink import Answer, Sink
from tests.runtime_nodejs.node_runtime import NodeProcess

_VARIANTS = [BARE, BASELINE, OURS, OURS_FULL]
_LATER_ERRORS = 10


@dataclass(frozen=True)
class Running:
    """A warm environment of one variant, with a Sentry of its own."""

    api: RuntimeApi
    sink: Sink

    def call(self, event: dict[str, Any]) -> Invocation:
        """One call, over when the environment would freeze."""
        invocation = self.api.invoke(event, function_timeout_s=60)
        self.api.wait_for_next_poll(invocation)
        return invocation


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
        running = {variant: _start(variant, stack) for variant in _VARIANTS}
        for environment in running.values():
            environment.call({})
        before = {variant: environment.sink.request_count for variant, environment in running.items()}
        calls = interleaved(_VARIANTS, effort.slow_calls, lambda variant: running[variant].call({}).waited_ms)
        quick = [BARE, OURS]
        further = max(effort.warm_calls - effort.slow_calls, 0)
        more = interleaved(quick, further, lambda variant: running[variant].call({}).waited_ms)
        for variant in quick:
            calls[variant] += more[variant]
        requests = {
            variant: (environment.sink.request_count - before[variant]) / len(calls[variant])
            for variant, environment in running.items()
        }
        return calls, requests


def _errors(variant: Variant) -> list[Invocation]:
    """The errors of one fresh environment, in order."""
    with ExitStack() as stack:
        environment = _start(variant, stack)
        environment.call({})
        errors = [environment.call({"fail": f"order {number}"}) for number in range(1 + _LATER_ERRORS)]
        if variant != BARE:
            environment.sink.wait_for_events(len(errors))
        return errors


def _start(variant: Variant, stack: ExitStack) -> Running:
    sink = stack.enter_context(Sink(Answer(delay_ms=100)))
    api = stack.enter_context(RuntimeApi())
    stack.enter_context(NodeProcess(api.address, variant.config(sink.dsn)))
    api.wait_for_init()
    return Running(api, sink)


def _added(figure: str, waited: dict[Variant, list[float]], judged: Variant, goal: Goal | None) -> Row:
    # Not turn by turn: the quick variants are called more often.
    middle = {variant: median(ms) for variant, ms in waited.items()}
    cells: dict[str, float | str] = {
        variant.name: f"{ms:.2f} ({ms - middle[BARE]:+.2f})" for variant, ms in middle.items()
    }
    cells[BARE.name] = f"{middle[BARE]:.2f}"
    return Row(figure, cells, middle[judged] - middle[BARE], goal)
