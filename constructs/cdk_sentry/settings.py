"""What can be said for one function, and how what is said in several places becomes one."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from aws_cdk import Duration

from .alarms.alarms import Alarms
from .dsn import Dsn
from .environment import check_environment
from .errors import Problems, is_known
from .tags import MAX_VALUE_LENGTH, check_tags

MAX_FLUSH_TIMEOUT_MS = 30_000
_SERVICE = f"1 to {MAX_VALUE_LENGTH} characters without newline"


@dataclass(frozen=True)
class Reporting:
    """How much is sent, and how long sending may take.

    Attributes:
        sample_rate: share of error events that is sent, 0 to 1; all when left out.
        send_default_pii: whether user and request data go with an event; they do not when left out.
        flush_timeout: how long an environment may be kept after a response to send what is to be said; 2 seconds
            when left out, and never past the function's timeout.
        max_identical_events_per_minute: how often the same error is sent per minute and environment; the next event
            says how many were held back. 60 when left out, 0 for no limit. All errors together are limited to ten
            times that, 600 at least.
        console_error_events: whether each `console.error` of a Node.js function makes an event; a breadcrumb only
            when left out. Other runtimes know no such thing: Python's `logging.error` always makes one.
    """

    sample_rate: float | None = None
    send_default_pii: bool = False
    flush_timeout: Duration | None = None
    max_identical_events_per_minute: int | None = None
    console_error_events: bool = False

    def check(self, problems: Problems) -> None:
        """Notes values that the layer would ignore."""
        check_rate("reporting.sample_rate", self.sample_rate, problems)
        for name in ("send_default_pii", "console_error_events"):
            problems.expect(f"reporting.{name}", getattr(self, name), bool, "True or False", "Leave it out for False.")
        if (
            self.flush_timeout is not None
            and problems.expect(
                "reporting.flush_timeout",
                self.flush_timeout,
                Duration,
                "an aws_cdk.Duration",
                "Write Duration.seconds(2).",
            )
            and not self.flush_timeout.is_unresolved()
        ):
            timeout_ms = self.flush_timeout.to_milliseconds(integral=False)
            if not 0 < timeout_ms <= MAX_FLUSH_TIMEOUT_MS:
                problems.add(
                    "reporting.flush_timeout",
                    f"{timeout_ms:.0f} ms",
                    f"more than 0 and up to {MAX_FLUSH_TIMEOUT_MS} ms",
                    "The environment is billed for this time; 2 seconds suffice for Sentry's own servers.",
                )
        limit = self.max_identical_events_per_minute
        if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 0):
            problems.add(
                "reporting.max_identical_events_per_minute",
                limit,
                "a whole number, 0 or more",
                "Use 0 for no limit.",
            )


@dataclass(frozen=True)
class FunctionSettings:
    """Everything that the kit may tell one function. None: say nothing, the layer's default holds.

    Attributes:
        dsn: where events go.
        environment: Sentry's environment.
        release: Sentry's release.
        service: the tag `service`.
        tags: more tags.
        traces_sample_rate: share of invocations that become transactions; None: lean mode, no tracing.
        timeout_warning: whether an event is sent shortly before the function's timeout.
        reporting: how much is sent.
        alarms: which alarms.
    """

    dsn: Dsn
    environment: str | None = None
    release: str | None = None
    service: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    traces_sample_rate: float | None = None
    timeout_warning: bool = True
    reporting: Reporting = field(default_factory=Reporting)
    alarms: Alarms = field(default_factory=Alarms)

    def check(self, problems: Problems) -> None:
        """Notes everything that Sentry, CloudWatch or the layer would refuse or drop."""
        remedy = "Write Dsn.from_ssm('/Sentry/Dsn'), or Dsn.literal('https://...')."
        problems.expect_checked("dsn", self.dsn, Dsn, remedy)
        problems.expect_checked("reporting", self.reporting, Reporting, "Write Reporting(sample_rate=0.5).")
        problems.expect_checked("alarms", self.alarms, Alarms, "Write Alarms.none() for no alarm.")
        check_environment(self.environment, problems)
        check_tags(self.tags, problems)
        check_rate("traces_sample_rate", self.traces_sample_rate, problems)
        if self.traces_sample_rate == 0:
            problems.add(
                "traces_sample_rate",
                self.traces_sample_rate,
                "a number above 0 and up to 1, or None for no tracing",
                "Leave it out: with 0 an SDK reports to Sentry on every call that it has nothing to report.",
            )
        problems.expect("timeout_warning", self.timeout_warning, bool, "True or False", "Leave it out for True.")
        if problems.expect("service", self.service, str, f"text, {_SERVICE}", "Name the service.") and self.service:
            if is_known(self.service) and (len(self.service) > MAX_VALUE_LENGTH or "\n" in self.service):
                problems.add("service", self.service, _SERVICE, "Name the service shortly.")
            if isinstance(self.dsn, Dsn):
                self.dsn.check_service(self.service, problems)

    def overridden(self, overrides: Mapping[str, Any]) -> "FunctionSettings":
        """These settings with some replaced; tags are added to, not replaced."""
        return replace(self, **{**overrides, "tags": {**self.tags, **overrides.get("tags", {})}})


CONFIGURABLE = frozenset(each.name for each in fields(FunctionSettings))


def check_service_given(service: object, problems: Problems) -> None:
    """Notes an empty service where somebody has given one; in settings it means that nobody has."""
    if service == "":
        problems.add("service", service, _SERVICE, "Leave it out for the stack's name.")


def check_rate(parameter: str, rate: object, problems: Problems) -> None:
    """Notes a rate that is no number from 0 to 1."""
    if rate is None:
        return
    # What is no finite number cannot be asked whether it is a token: jsii refuses it.
    if (
        isinstance(rate, bool)
        or not isinstance(rate, int | float)
        or not math.isfinite(rate)
        or (is_known(rate) and not 0 <= rate <= 1)
    ):
        problems.add(parameter, rate, "a number from 0 to 1", "Write 10 % as 0.1.")
