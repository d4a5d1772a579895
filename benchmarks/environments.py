"""Warm environments of any runtime: what their callers wait for, and what arrives of their errors."""

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from typing import Any

from benchmarks.measure import median
from benchmarks.report import Goal, Row
from tests.harness.runtime_api import Invocation, RuntimeApi
from tests.harness.sink import Answer, Sink

_LATER_ERRORS = 10

Start = Callable[[str, str], AbstractContextManager[object]]
"""Starts a function's process: address of the Runtime API, DSN."""


@dataclass(frozen=True)
class Running:
    """A warm environment with a Sentry of its own."""

    api: RuntimeApi
    sink: Sink

    def call(self, event: dict[str, Any]) -> Invocation:
        """One call, over when the environment would freeze."""
        invocation = self.api.invoke(event, function_timeout_s=60)
        self.api.wait_for_next_poll(invocation)
        return invocation


def running(start: Start, stack: ExitStack) -> Running:
    """An environment whose init is done, Sentry 100 ms away, until `stack` is left."""
    sink = stack.enter_context(Sink(Answer(delay_ms=100)))
    api = stack.enter_context(RuntimeApi())
    stack.enter_context(start(api.address, sink.dsn))
    api.wait_for_init()
    return Running(api, sink)


def errors_of(start: Start, *, reported: bool) -> list[Invocation]:
    """The errors of one fresh environment, in order; where they are `reported`, all must arrive."""
    with ExitStack() as stack:
        environment = running(start, stack)
        environment.call({})
        errors = [environment.call({"fail": f"order {number}"}) for number in range(1 + _LATER_ERRORS)]
        if reported:
            environment.sink.wait_for_events(len(errors))
        return errors


def waited_row(figure: str, waited_ms: Mapping[str, list[float]], base: str, judged: str, goal: Goal | None) -> Row:
    """Medians, and in brackets what they have over the base, which need not have been called as often.

    Args:
        figure: what was measured.
        waited_ms: by column.
        base: the column that the others are compared with.
        judged: the column that the goal is about.
        goal: for what it has over the base.
    """
    middle = {column: median(ms) for column, ms in waited_ms.items()}
    cells: dict[str, float | str] = {column: f"{ms:.2f} ({ms - middle[base]:+.2f})" for column, ms in middle.items()}
    cells[base] = f"{middle[base]:.2f}"
    return Row(figure, cells, middle[judged] - middle[base], goal)


@dataclass(frozen=True)
class Delivered:
    """What arrived of one environment's errors.

    Attributes:
        messages: how often each did.
        requests: that it took.
    """

    messages: Counter[str]
    requests: int


def delivered(start: Start, errors: int) -> Delivered:
    """Errors, each with a message of its own, alternating with as many successes, Sentry 10 ms away."""
    with Sink(Answer(delay_ms=10)) as sink, RuntimeApi() as api:
        with start(api.address, sink.dsn):
            for number in range(errors):
                api.invoke({"fail": f"order {number}"}, function_timeout_s=60)
                last = api.invoke({}, function_timeout_s=60)
            api.wait_for_next_poll(last)
        messages = Counter(event["exception"]["values"][-1]["value"] for event in sink.events)
        return Delivered(messages, sink.request_count)


def delivery_rows(found: Mapping[str, Delivered], errors: int, judged: str) -> list[Row]:
    """That everything arrived, and once.

    Args:
        found: by column.
        errors: that there were in each environment.
        judged: the column that the goals are about.
    """
    arrived = {column: len(each.messages) for column, each in found.items()}
    twice = {column: each.messages.total() - len(each.messages) for column, each in found.items()}
    return [
        Row(f"errors delivered of {errors}", _texts(arrived), arrived[judged], Goal(errors, exactly=True)),
        Row("delivered twice", _texts(twice), twice[judged], Goal(0, exactly=True)),
    ]


def _texts(counts: Mapping[str, int]) -> dict[str, float | str]:
    return {column: str(count) for column, count in counts.items()}
