"""What a fault costs the caller, and whether the function still answers as it does bare."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field

from benchmarks.measure import median
from benchmarks.python_layer.effort import Effort
from benchmarks.python_layer.variants import BARE, BASELINE, OURS, Variant
from benchmarks.report import Row, Table
from tests.harness.aws_api import AwsApi, denied, throttled
from tests.harness.function_process import FunctionProcess
from tests.harness.runtime_api import Invocation, NoAnswerError, RuntimeApi
from tests.harness.sink import PUBLIC_KEY, UNRESOLVABLE_DSN, Answer, Sink

_CALL_LIMIT_S = 60
_COLUMNS = [
    "public layer: ok",
    "public layer: error",
    "ours: ok",
    "ours: first error",
    "ours: later error",
    "ours: busy after error",
    "answers as bare",
]


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        name: in the table.
        answer: what Sentry does.
        dsn: made from the sink; default: the sink's own.
        environment: variables that are wrong.
        handler: of the function.
        fail: what the handler is told to fail with; default: a message of its own for each call.
        flags: for the interpreter.
        refused: whether the sink's port is closed.
        aws: what AWS answers when the DSN is read at run time; None where the DSN is in the environment.
    """

    name: str
    answer: Answer = field(default_factory=Answer)
    dsn: Callable[[Sink], str | None] = lambda sink: sink.dsn
    environment: Mapping[str, str] = field(default_factory=dict)
    handler: str = "trivial.handler"
    fail: str | None = None
    flags: tuple[str, ...] = ()
    refused: bool = False
    aws: Answer | None = None

    @property
    def concerns_public_layer(self) -> bool:
        """Whether the public layer can have this fault: it reads no DSN at run time."""
        return self.aws is None


def _said(value: str | None) -> Callable[[Sink], str | None]:
    return lambda _sink: value


def _rate(value: str) -> Mapping[str, str]:
    return {"SENTRY_TRACES_SAMPLE_RATE": value}


def _awkward(name: str) -> Fault:
    return Fault(name, handler="awkward.handler", fail=name)


_FAULTS = [
    Fault("none, Sentry answers at once"),
    Fault("Sentry refuses connections", refused=True),
    Fault("hangs", Answer(hang=True)),
    Fault("429", Answer.rate_limited(60)),
    Fault("500", Answer(status=500)),
    Fault("garbage", Answer.garbage()),
    Fault("answers byte by byte, 50 ms each", Answer(byte_interval_ms=50)),
    Fault("closes mid-response", Answer(cut_after_bytes=20)),
    Fault("closes after each response", Answer(close_after=True)),
    Fault("TLS failure", dsn=lambda sink: sink.https_dsn),
    Fault("DNS failure", dsn=_said(UNRESOLVABLE_DSN)),
    Fault("DSN missing", dsn=_said(None)),
    Fault("DSN empty", dsn=_said("")),
    Fault("DSN malformed", dsn=_said("not a dsn")),
    Fault("DSN without project", dsn=_said(f"https://{PUBLIC_KEY}@sentry.invalid/")),
    Fault("DSN an unresolved token", dsn=_said("${Token[TOKEN.123]}")),
    Fault("rate empty", environment=_rate("")),
    Fault("rate `10%`", environment=_rate("10%")),
    Fault("rate negative", environment=_rate("-1")),
    _awkward("2 MB message"),
    _awkward("circular and huge local variables"),
    _awkward("__repr__ raises"),
    _awkward("RecursionError"),
    _awkward("MemoryError"),
    _awkward("error in another thread"),
    _awkward("fork in the handler"),
    _awkward("handler replaced os.environ"),
    Fault("Python -W error", flags=("-W", "error")),
    Fault("SSM denied", dsn=_said(None), aws=denied()),
    Fault("SSM throttled", dsn=_said(None), aws=throttled()),
    Fault("SSM hangs", dsn=_said(None), aws=Answer(hang=True)),
]


@dataclass(frozen=True)
class Outcome:
    """The calls of one environment; none where init failed."""

    oks: list[Invocation]
    errors: list[Invocation]

    def answers(self) -> list[tuple[bytes | None, bytes | None, str | None, bytes | None]]:
        """All that the runtime posted."""
        calls = [*self.oks, *self.errors]
        return [(one.response_body, one.error_body, one.error_type_header, one.xray_cause) for one in calls]


def run(effort: Effort) -> Table:
    """Every fault, with one environment of each variant."""
    return Table(
        "Faults",
        "Time added to a call over bare, ms, medians; the last column says whether every answer, error, stack trace "
        "and X-Ray cause is byte for byte that of the bare function. Busy: from the answer to the next poll.",
        _COLUMNS,
        [_row(fault, effort.fault_calls) for fault in _FAULTS[: effort.fault_kinds]],
    )


def _row(fault: Fault, calls: int) -> Row:
    bare = _outcome(fault, BARE, calls)
    public = _outcome(fault, BASELINE, calls) if fault.concerns_public_layer else None
    ours = _outcome(fault, OURS, calls)
    cells: dict[str, float | str] = dict.fromkeys(_COLUMNS[:2], "init fails" if public else "")
    if public is not None and public.oks:
        cells = {
            "public layer: ok": _added(public.oks, bare.oks),
            "public layer: error": _added(public.errors, bare.errors),
        }
    if ours.oks:
        cells |= {
            "ours: ok": _added(ours.oks, bare.oks),
            "ours: first error": _added(ours.errors[:1], bare.errors[:1]),
            "ours: later error": _added(ours.errors[1:] or ours.errors, bare.errors[1:] or bare.errors),
            "ours: busy after error": f"{median(one.after_answer_ms for one in ours.errors):.0f}",
        }
    cells["answers as bare"] = "yes" if ours.answers() == bare.answers() else "**no**"
    return Row(fault.name, cells)


def _outcome(fault: Fault, variant: Variant, calls: int) -> Outcome:
    with ExitStack() as stack:
        sink = stack.enter_context(Sink(fault.answer))
        dsn = fault.dsn(sink)
        if fault.refused:
            sink.refuse()
        api = stack.enter_context(RuntimeApi())
        environment = dict(fault.environment)
        if fault.aws is not None:
            aws = stack.enter_context(AwsApi(fault.aws))
            environment |= {**aws.environment, "SENTRY_DSN_SSM_PARAMETER": "/Sentry/Dsn"}
        config = variant.config(fault.handler, dsn, environment)
        stack.enter_context(FunctionProcess(api.address, config, fault.flags))
        try:
            api.wait_for_init()
            _call(api, {}, "warm-up")
            oks = [_call(api, {}, f"ok-{number}") for number in range(calls)]
            errors = [
                _call(api, {"fail": fault.fail or f"order {number}"}, f"error-{number}") for number in range(1 + calls)
            ]
        except NoAnswerError:
            return Outcome([], [])
        return Outcome(oks, errors)


def _call(api: RuntimeApi, event: dict[str, str], request_id: str) -> Invocation:
    invocation = api.invoke(event, request_id=request_id, function_timeout_s=_CALL_LIMIT_S, timeout_s=_CALL_LIMIT_S)
    api.wait_for_next_poll(invocation)
    return invocation


def _added(calls: list[Invocation], bare: list[Invocation]) -> str:
    return f"{median(one.waited_ms for one in calls) - median(one.waited_ms for one in bare):+.1f}"
