"""Are the rates such that something is sent."""

from collections.abc import Iterator, Mapping

from ..answer import Answer, Severity, Status, Unread, ok, unknown
from ..check import Check
from ..instrumentation import By
from ..subject import Subject

_TRACES, _EVENTS = "SENTRY_TRACES_SAMPLE_RATE", "SENTRY_SAMPLE_RATE"


def _ask(subject: Subject) -> Answer | None:
    if not subject.is_watched or subject.instrumentation.by is By.KIT_ITSELF:
        return None
    variables = subject.variables
    if isinstance(variables, Unread):
        return unknown(variables.reason)
    is_public_python = subject.instrumentation.by is By.PUBLIC_LAYER and subject.function.runtime.startswith("python")
    wrong = list(_wrong(variables, is_public_python=is_public_python))
    if wrong:
        severity = Severity.ERROR if is_public_python else Severity.WARNING
        return Answer(Status.PROBLEM, "; ".join(wrong), severity)
    said = {name: variables[name] for name in (_EVENTS, _TRACES) if name in variables}
    return ok(", ".join(f"{name} {value}" for name, value in said.items()) or "every error, no traces", **said)


def _wrong(variables: Mapping[str, str], *, is_public_python: bool) -> Iterator[str]:
    if is_public_python and _TRACES not in variables:
        yield f"{_TRACES} is not set: Sentry's Python layer then fails in every call"
    for name in (_EVENTS, _TRACES):
        if name in variables and not _is_rate(variables[name]):
            yield f"{name} is {variables[name][:40]!r}, not a number from 0 to 1"
    if _is_rate(variables.get(_EVENTS, "")) and float(variables[_EVENTS]) == 0:
        yield f"{_EVENTS} is 0: no error is ever sent"


def _is_rate(text: str) -> bool:
    try:
        return 0 <= float(text) <= 1
    except ValueError:
        return False


CHECK = Check(
    id="sample-rate",
    title="its rates let something through",
    meaning="Whether SENTRY_SAMPLE_RATE and SENTRY_TRACES_SAMPLE_RATE are numbers from 0 to 1, and that of events is "
    "not 0.",
    why="With a rate of 0 no error is sent. What is no number is taken as not set by this kit; Sentry's public Python "
    "layer fails in every call if its rate of traces is missing or no number.",
    how="By the variables. Code that gives rates to the SDK wins over them and cannot be seen.",
    remedy="SentryMonitoring(stack, 'Sentry', traces_sample_rate=0.1, reporting=Reporting(sample_rate=1.0)), then "
    "deploy.",
    ask=_ask,
)
