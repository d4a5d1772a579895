"""Two ways to report after the response, each in its smallest form: what either costs where nothing is to be said."""

from contextlib import ExitStack
from dataclasses import dataclass

from benchmarks.measure import interleaved, median
from benchmarks.python_layer.effort import Effort
from benchmarks.python_layer.variants import handlers
from benchmarks.report import Row, Table
from tests.harness.baseline_layer import baseline_layer
from tests.harness.function_process import FunctionConfig, FunctionProcess
from tests.harness.runtime_api import Invocation, RuntimeApi
from tests.harness.sink import Answer, Sink

_BARE = "bare"
_WAYS = {_BARE: "nothing", "between post and next": "between", "internal extension": "extension"}


@dataclass(frozen=True)
class Life:
    """One environment from start to its last error."""

    init_cpu_ms: float
    rss_mib: float
    ok_ms: float
    ok_cpu_ms: float
    first_error_ms: float
    later_error_ms: float
    busy_ms: float


def run(effort: Effort) -> Table:
    """Environments of each way in turns."""
    lives = interleaved(list(_WAYS), effort.environments, lambda way: _live(way, effort.slow_calls))

    def row(figure: str, name: str) -> Row:
        return Row(figure, {way: median(getattr(life, name) for life in lives[way]) for way in _WAYS})

    return Table(
        "Reporting after the response: two ways",
        "Each in its smallest form, in front of the trivial handler, with the SDK imported on the first error; Sentry "
        "100 ms away. Busy: until the runtime's next poll and, with an extension, that of the extension.",
        list(_WAYS),
        [
            row("init, CPU ms", "init_cpu_ms"),
            row("resident memory before the first event, MiB", "rss_mib"),
            row("successful warm call, caller waits ms", "ok_ms"),
            row("successful warm call, CPU ms", "ok_cpu_ms"),
            row("first error, caller waits ms", "first_error_ms"),
            row("later error, caller waits ms", "later_error_ms"),
            row("busy after a later error, ms", "busy_ms"),
        ],
    )


def _live(way: str, calls: int) -> Life:
    with ExitStack() as stack:
        sink = stack.enter_context(Sink(Answer(delay_ms=100)))
        api = stack.enter_context(RuntimeApi())
        layer = None if way == _BARE else baseline_layer()
        environment = {"SENTRY_DSN": sink.dsn, "REPORTS": _WAYS[way]}
        config = FunctionConfig("reports_after_response.handler", handlers(), layer, environment)
        process = stack.enter_context(FunctionProcess(api.address, config))
        api.wait_for_init()
        init_cpu_ms = process.cpu_ms()
        _call(api, {})
        rss_mib = process.rss_kib() / 1024
        before_ms = process.cpu_ms()
        oks = [_call(api, {}) for _ in range(calls)]
        ok_cpu_ms = (process.cpu_ms() - before_ms) / calls
        errors = [_call(api, {"fail": f"order {number}"}) for number in range(1 + calls)]
        if way != _BARE:
            sink.wait_for_events(len(errors))
        return Life(
            init_cpu_ms,
            rss_mib,
            median(one.waited_ms for one, _ in oks),
            ok_cpu_ms,
            errors[0][0].waited_ms,
            median(one.waited_ms for one, _ in errors[1:]),
            median(busy_ms for _, busy_ms in errors[1:]),
        )


def _call(api: RuntimeApi, event: dict[str, str]) -> tuple[Invocation, float]:
    """One call and how long the environment was busy after its answer, ms."""
    invocation = api.invoke(event, function_timeout_s=60)
    api.wait_for_next_poll(invocation)
    answer_in_ns = invocation.answer_in_ns or 0
    polls = [extension.poll_ns for extension in api.extensions.extensions.values()]
    api.wait_for(lambda: all(poll_ns and poll_ns[-1] > answer_in_ns for poll_ns in polls), "the extension's next poll")
    last_ns = max([invocation.next_poll_ns or 0, *(poll_ns[-1] for poll_ns in polls)])
    return invocation, (last_ns - answer_in_ns) / 1e6
