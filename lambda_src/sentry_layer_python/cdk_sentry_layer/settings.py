"""What the construct tells the layer: environment variables, read once, when something depends on them."""

from cdk_sentry_layer.monitor import is_dsn
from cdk_sentry_layer.notice import say_once

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_FLUSH_TIMEOUT_MS = 2000
DEFAULT_MAX_IDENTICAL_EVENTS_PER_MINUTE = 60
_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})


class Settings:
    """The settings of one environment. What is invalid is said once and replaced by its default.

    Attributes:
        environment: all environment variables as they were in init: a handler may replace os.environ.
        dsn: of the Sentry project, or None where it is read at run time.
        dsn_ssm_parameter: name or ARN of the SSM parameter that holds the DSN.
        dsn_secret: name or ARN of the secret that holds the DSN.
        dsn_secret_field: key of the DSN in a JSON secret; None where the whole secret is the DSN.
        traces_sample_rate: above 0 and up to 1 in full mode; None in lean mode.
        sample_rate: share of error events to send.
        send_default_pii: whether user and request data are sent.
        flush_timeout_ms: longest time that reporting may hold the environment after a response.
        max_identical_events_per_minute: of the same error in one environment; 0 for no limit.
        timeout_warning: whether an event warns shortly before the function's timeout.
    """

    __slots__ = (
        "dsn",
        "dsn_secret",
        "dsn_secret_field",
        "dsn_ssm_parameter",
        "environment",
        "flush_timeout_ms",
        "max_identical_events_per_minute",
        "sample_rate",
        "send_default_pii",
        "timeout_warning",
        "traces_sample_rate",
    )

    def __init__(self, environment: "Mapping[str, str]") -> None:
        self.environment = environment
        dsn = environment.get("SENTRY_DSN", "").strip()
        self.dsn = dsn if is_dsn(dsn) else None
        self.dsn_ssm_parameter = environment.get("SENTRY_DSN_SSM_PARAMETER") or None
        self.dsn_secret = environment.get("SENTRY_DSN_SECRET") or None
        self.dsn_secret_field = environment.get("SENTRY_DSN_SECRET_FIELD") or None
        # A rate of 0 would make the SDK prepare traces that it never sends.
        self.traces_sample_rate = _rate(environment, "SENTRY_TRACES_SAMPLE_RATE", None) or None
        self.sample_rate = _rate(environment, "SENTRY_SAMPLE_RATE", 1.0)
        self.send_default_pii = _switch(environment, "SENTRY_SEND_DEFAULT_PII", default=False)
        self.flush_timeout_ms = _count(environment, "SENTRY_FLUSH_TIMEOUT_MS", DEFAULT_FLUSH_TIMEOUT_MS)
        self.max_identical_events_per_minute = _count(
            environment, "SENTRY_MAX_IDENTICAL_EVENTS_PER_MINUTE", DEFAULT_MAX_IDENTICAL_EVENTS_PER_MINUTE
        )
        self.timeout_warning = _switch(environment, "SENTRY_TIMEOUT_WARNING", default=True)


def say_what_is_wrong_with_the_dsn(environment: "Mapping[str, str]") -> None:
    """Says once why nothing is reported."""
    value = environment.get("SENTRY_DSN", "").strip()
    # What stands there instead may be a secret: show that part alone that a DSN has in the open.
    shown = f"ends in {value.rpartition('@')[2][:40]!r}" if value else "is not set"
    say_once("dsn", f"nothing is reported, SENTRY_DSN {shown}, expected https://KEY@HOST/PROJECT_ID")


def _rate(environment: "Mapping[str, str]", name: str, default: float | None) -> float | None:
    value = environment.get(name)
    if value is None:
        return default
    try:
        rate = float(value)
    except ValueError:
        rate = -1.0
    if 0 <= rate <= 1:
        return rate
    say_once(name, f"{name} is {value!r}, expected a number from 0 to 1: taken as not set")
    return default


def _count(environment: "Mapping[str, str]", name: str, default: int) -> int:
    value = environment.get(name)
    if value is None:
        return default
    if value.isdecimal():
        return int(value)
    say_once(name, f"{name} is {value!r}, expected a whole number from 0: taken as {default}")
    return default


def _switch(environment: "Mapping[str, str]", name: str, *, default: bool) -> bool:
    value = environment.get(name)
    if value is None:
        return default
    if value.lower() in _TRUE | _FALSE:
        return value.lower() in _TRUE
    say_once(name, f"{name} is {value!r}, expected true or false: taken as {str(default).lower()}")
    return default
