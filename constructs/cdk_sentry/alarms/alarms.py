"""Which alarms a user wants, and from which value on."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from aws_cdk import Duration

from ..errors import Problems
from .fleet import Fleet
from .kind import Choice
from .severity import Severity

_OPTIONS = frozenset({"fleet_of", "nested_stacks", "notify_ok", "severities", "summary"})
_MAX_SHARE = 1
# A period of an alarm is a minute, or several, and all of its periods together at most a day:
# docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
_MINUTE_S = 60
_DAY_S = 86_400

# In names, because a jsii object looks like a changeable default to linters; it is not.
_ITERATOR_AGE = Duration.minutes(10)
_P95_LATENCY = Duration.millis(500)
_MESSAGE_AGE = Duration.minutes(15)
_FRESHNESS = Duration.minutes(30)


@dataclass(frozen=True)
class Alarms:
    """Thresholds of the alarms on everything covered; `Alarms()` is what one gets without saying anything.

    An attribute that is None means no such alarm. docs/alarms.md says for each what it means, which resources have it,
    and why its threshold is what it is.

    Attributes:
        function_errors: failed invocations within a minute.
        function_error_rate: share of the invocations of 5 minutes that fail, up to 1.
        function_throttles: invocations that Lambda refused within a minute.
        function_p95_duration: of invocations.
        function_timeout_share: longest invocation as a share of the function's timeout, up to 1.
        function_concurrency_share: share of the reserved concurrency, up to 1.
        function_dropped_events: asynchronous events that were given up, within a minute.
        function_event_age: of asynchronous events.
        function_iterator_age: of what a function reads from a Kinesis or DynamoDB stream.
        function_dead_letter_errors: events that the dead-letter queue did not get, within a minute.
        function_destination_failures: events that a destination did not get, within a minute.
        function_duration_anomaly: standard deviations from the expected duration.
        stream_retention_share: age of what is read from a stream as a share of the retention period, up to 1.
        stream_write_throttles: refused records a minute.
        stream_read_throttles: refused reads a minute.
        stream_put_failures: records a minute that Kinesis failed to take.
        table_read_throttles: refused reads a minute.
        table_write_throttles: refused writes a minute.
        table_read_capacity_share: share of the provisioned capacity, up to 1.
        table_write_capacity_share: share of the provisioned capacity, up to 1.
        table_system_errors: requests a minute that DynamoDB failed.
        table_conditional_failures: failed conditions within 5 minutes.
        table_user_errors: invalid requests of the whole account within 5 minutes.
        api_5xx: server errors within a minute.
        api_4xx_rate: share of the requests of 5 minutes, up to 1.
        p95_latency: of an API's answers.
        api_no_traffic: for how long an API may have no request.
        api_traffic_anomaly: standard deviations from the expected number of requests.
        dead_letter_messages: messages in a queue that keeps what others could not process.
        queue_message_age: of the oldest message in any other queue.
        topic_failed_deliveries: within 5 minutes.
        topic_dead_letter_errors: within 5 minutes.
        rule_failed_invocations: events within a minute that EventBridge could not hand to a target.
        state_machine_failures: executions within a minute.
        state_machine_timeouts: executions within a minute.
        state_machine_throttles: transitions a minute.
        delivery_freshness: age of what Firehose has not delivered.
        severities: of alarms that matter more, or less, here than they usually do: `{"p95_latency": "critical"}`; those
            of docs/alarms.md when left out.
        notify_ok: whether the end of an alarm is notified too; it is when left out.
        summary: whether there is one composite alarm per stack and severity, which alone notifies; not when left out.
        nested_stacks: whether alarms go into nested stacks of their own. When left out they do if the stack would
            have more than CloudFormation's 500 resources with them.
        fleet_of: made by `Alarms.fleet`.
    """

    function_errors: int | None = 1
    function_error_rate: float | None = None
    function_throttles: int | None = 1
    function_p95_duration: Duration | None = None
    function_timeout_share: float | None = None
    function_concurrency_share: float | None = 0.9
    function_dropped_events: int | None = 1
    function_event_age: Duration | None = None
    function_iterator_age: Duration | None = _ITERATOR_AGE
    function_dead_letter_errors: int | None = 1
    function_destination_failures: int | None = 1
    function_duration_anomaly: float | None = None
    stream_retention_share: float | None = 0.5
    stream_write_throttles: int | None = 1
    stream_read_throttles: int | None = 1
    stream_put_failures: int | None = 1
    table_read_throttles: int | None = 1
    table_write_throttles: int | None = 1
    table_read_capacity_share: float | None = 0.8
    table_write_capacity_share: float | None = 0.8
    table_system_errors: int | None = None
    table_conditional_failures: int | None = None
    table_user_errors: int | None = None
    api_5xx: int | None = 1
    api_4xx_rate: float | None = None
    p95_latency: Duration | None = _P95_LATENCY
    api_no_traffic: Duration | None = None
    api_traffic_anomaly: float | None = None
    dead_letter_messages: int | None = 1
    queue_message_age: Duration | None = _MESSAGE_AGE
    topic_failed_deliveries: int | None = 1
    topic_dead_letter_errors: int | None = None
    rule_failed_invocations: int | None = 1
    state_machine_failures: int | None = 1
    state_machine_timeouts: int | None = 1
    state_machine_throttles: int | None = 1
    delivery_freshness: Duration | None = _FRESHNESS
    severities: Mapping[str, Severity | str] = field(default_factory=dict)
    notify_ok: bool = True
    summary: bool = False
    nested_stacks: bool | None = None
    fleet_of: Fleet | None = None

    @staticmethod
    def none() -> "Alarms":
        """No alarm at all."""
        nothing: dict[str, Any] = dict.fromkeys(KEYS)
        return Alarms(**nothing)

    @staticmethod
    def only(*names: str, **thresholds: Any) -> "Alarms":
        """These alarms and no others.

        Args:
            names: of attributes, as `"function_errors"`, with the threshold that they have when nothing is said.
            thresholds: attributes with a threshold, and options such as `summary`.

        Raises:
            ConfigurationError: a name is none of an alarm, or of one that has no threshold unless one is given.
        """
        problems = Problems("Alarms.only")
        for name in names:
            if name not in KEYS:
                problems.add("names", name, ", ".join(KEYS), "Correct the name.")
            elif getattr(Alarms(), name) is None:
                problems.add("names", name, "an alarm that is on when nothing is said", f"Write {name}=<threshold>.")
        _check_names(thresholds, problems)
        problems.raise_if_any()
        usual = {name: getattr(Alarms(), name) for name in names}
        return replace(Alarms.none(), **{**usual, **thresholds})

    @staticmethod
    def fleet(
        *, tag: tuple[str, str] | None = None, errors: int | None = 1, throttles: int | None = 1, **others: Any
    ) -> "Alarms":
        """One alarm for the errors and one for the throttles of hundreds of functions, instead of two for each.

        Each names the functions that it is about. It watches every function of the account and region, also those
        that nobody put below this construct. docs/alarms.md tells its limits and price.

        Args:
            tag: key and value that a watched function must have; the account must have opted in to tags on metrics.
                All functions when left out.
            errors: failed invocations of one function within a minute; None: no such alarm.
            throttles: refused invocations of one function within a minute; None: no such alarm.
            others: any attribute of `Alarms`, for what is no function.

        Raises:
            ConfigurationError: a name is none of an attribute.
        """
        problems = Problems("Alarms.fleet")
        _check_names(others, problems)
        problems.raise_if_any()
        per_function = dict.fromkeys(key for key in KEYS if key.startswith("function_"))
        fleet = Fleet(tag=tag, errors=errors, throttles=throttles)
        return Alarms(**{**per_function, **others, "fleet_of": fleet})

    def of(self, key: str) -> Choice:
        """The threshold of one alarm of the catalogue; None: no such alarm."""
        choice: Choice = getattr(self, key)
        return choice

    def severity_of(self, key: str, usual: Severity) -> Severity:
        """How much one alarm of the catalogue matters.

        Args:
            key: its attribute.
            usual: where nothing is said of it.
        """
        return Severity(self.severities.get(key, usual))

    def check(self, problems: Problems) -> None:
        """Notes thresholds that no metric can mean, and severities that do not exist."""
        for key in KEYS:
            self._check(key, problems)
        for name in ("notify_ok", "summary"):
            problems.expect(f"alarms.{name}", getattr(self, name), bool, "True or False", "Write True or False.")
        if self.nested_stacks is not None:
            allowed = "True, False or None"
            problems.expect("alarms.nested_stacks", self.nested_stacks, bool, allowed, "Leave it out for as needed.")
        self._check_severities(problems)
        if self.fleet_of is not None and problems.expect(
            "alarms.fleet_of", self.fleet_of, Fleet, "what Alarms.fleet makes", "Write alarms=Alarms.fleet()."
        ):
            self.fleet_of.check(problems)

    def _check_severities(self, problems: Problems) -> None:
        allowed, remedy = "a dict, such as {'p95_latency': 'critical'}", "Leave it out for those of docs/alarms.md."
        if not problems.expect("alarms.severities", self.severities, Mapping, allowed, remedy):
            return
        for key, severity in self.severities.items():
            if key not in KEYS:
                problems.add(f"alarms.severities[{key!r}]", key, ", ".join(KEYS), "Correct the name.")
            elif severity not in tuple(Severity):
                problems.add(
                    f"alarms.severities[{key!r}]", severity, "'critical' or 'warning'", "Correct the severity."
                )

    def _check(self, key: str, problems: Problems) -> None:
        value, kind = self.of(key), _TYPES[key]
        if value is None:
            return
        parameter, remedy = f"alarms.{key}", "Use None to have no such alarm."
        if kind is Duration:
            if not isinstance(value, Duration):
                problems.add(parameter, value, "an aws_cdk.Duration, or None", "Write Duration.seconds(1).")
            elif not value.is_unresolved() and value.to_milliseconds(integral=False) <= 0:
                problems.add(parameter, "0", "a duration above 0, or None", remedy)
            elif key == "api_no_traffic" and not _is_period(value):
                allowed = "whole minutes, a day at most, or None"
                problems.add(
                    parameter, f"{value.to_milliseconds(integral=False):.0f} ms", allowed, "Write Duration.minutes(15)."
                )
        elif not _is_number(value, whole=kind is int):
            number = "a whole number, 1 or more, or None" if kind is int else "a number above 0, or None"
            problems.add(parameter, value, number, remedy)
        elif key.endswith(("_share", "_rate")) and isinstance(value, int | float) and value > _MAX_SHARE:
            problems.add(parameter, value, "a share above 0 and up to 1, or None", "Write 90 % as 0.9.")


def _check_names(given: Mapping[str, object], problems: Problems) -> None:
    for name in sorted(given.keys() - set(KEYS) - _OPTIONS):
        problems.add(name, given[name], ", ".join(KEYS), "Correct the name.")


def _is_number(value: object, *, whole: bool) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 < value < math.inf and (not whole or (isinstance(value, int) and value >= 1))


def _is_period(value: Duration) -> bool:
    seconds = value.to_milliseconds(integral=False) / 1000
    return seconds % _MINUTE_S == 0 and seconds <= _DAY_S


_TYPES: dict[str, type] = {
    each.name: next(kind for kind in (int, float, Duration) if str(kind.__name__) in str(each.type))
    for each in fields(Alarms)
    if each.name not in _OPTIONS
}
KEYS = tuple(_TYPES)
