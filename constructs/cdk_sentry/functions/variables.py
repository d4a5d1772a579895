"""The environment variables by which the run time learns of its settings: one line a variable."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ..settings import FunctionSettings
from .function import Changes

DSN_VARIABLES = ("SENTRY_DSN", "SENTRY_DSN_SSM_PARAMETER", "SENTRY_DSN_SECRET", "SENTRY_DSN_SECRET_FIELD")


@dataclass(frozen=True)
class _Variable:
    """One variable: which settings it carries, and its text, or None where it need not be set."""

    name: str
    settings: frozenset[str]
    text: Callable[[FunctionSettings], str | None]


def _tags(settings: FunctionSettings) -> str:
    # No SDK reads tags from a variable of its own; JSON keeps any value whole.
    return json.dumps({**settings.tags, "service": settings.service}, separators=(",", ":"), sort_keys=True)


def _number(value: float | None) -> str | None:
    if value is None:
        return None
    # Never 1e+06: where a whole number is expected, the layers take that for none.
    return str(value) if isinstance(value, int) else f"{value:g}"


def _flush_timeout_ms(settings: FunctionSettings) -> str | None:
    timeout = settings.reporting.flush_timeout
    return None if timeout is None else f"{timeout.to_milliseconds(integral=False):.0f}"


_VARIABLES = (
    _Variable("SENTRY_ENVIRONMENT", frozenset({"environment"}), lambda s: s.environment),
    _Variable("SENTRY_RELEASE", frozenset({"release"}), lambda s: s.release),
    _Variable("SENTRY_TAGS", frozenset({"tags", "service"}), _tags),
    _Variable("SENTRY_TRACES_SAMPLE_RATE", frozenset({"traces_sample_rate"}), lambda s: _number(s.traces_sample_rate)),
    _Variable(
        "SENTRY_TIMEOUT_WARNING", frozenset({"timeout_warning"}), lambda s: None if s.timeout_warning else "false"
    ),
    _Variable("SENTRY_SAMPLE_RATE", frozenset({"reporting"}), lambda s: _number(s.reporting.sample_rate)),
    _Variable(
        "SENTRY_SEND_DEFAULT_PII", frozenset({"reporting"}), lambda s: "true" if s.reporting.send_default_pii else None
    ),
    _Variable("SENTRY_FLUSH_TIMEOUT_MS", frozenset({"reporting"}), _flush_timeout_ms),
    _Variable(
        "SENTRY_MAX_IDENTICAL_EVENTS_PER_MINUTE",
        frozenset({"reporting"}),
        lambda s: _number(s.reporting.max_identical_events_per_minute),
    ),
    _Variable(
        "SENTRY_CONSOLE_ERROR_EVENTS",
        frozenset({"reporting"}),
        lambda s: "true" if s.reporting.console_error_events else None,
    ),
)


def set_sentry_variables(
    changes: Changes, settings: FunctionSettings, *, configured: frozenset[str], dsn: Mapping[str, str]
) -> None:
    """Sets what the function's environment does not say already, and what was configured for this very function.

    Args:
        changes: the function's pending changes.
        settings: what holds for the function.
        configured: names of the settings that `configure` gave for this function; they win over its environment.
        dsn: the variables of the DSN.
    """
    if "dsn" in configured:
        changes.replace_variables(DSN_VARIABLES, dsn)
    elif not any(name in changes.function.variables for name in DSN_VARIABLES):
        changes.set_variables(dsn)
    changes.set_variables(dict(_texts(settings, lambda variable: not variable.settings & configured)))
    changes.replace_variables((), dict(_texts(settings, lambda variable: bool(variable.settings & configured))))


def _texts(settings: FunctionSettings, wanted: Callable[[_Variable], bool]) -> Iterator[tuple[str, str]]:
    for variable in _VARIABLES:
        text = variable.text(settings) if wanted(variable) else None
        if text is not None:
            yield variable.name, text
