"""The alarms on one Lambda function.

Metric names and units: docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from aws_cdk import Duration

from ..functions.function import MonitoredFunction
from ..identity import identity
from .alarm import AlarmRule, MathInput
from .kind import AlarmKind
from .resource import WatchedResource, number_of, value_of
from .severity import Severity
from .template import Place, Template, TemplateResource

KIND = "function"
TYPES = (
    "AWS::Lambda::Alias",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Version",
)
# Lambda's own when a template names none: docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html
_DEFAULT_TIMEOUT_S = 3.0
_MAX_TIMEOUT_S = 900.0

_rule = partial(AlarmRule, namespace="AWS/Lambda")
_kind = partial(AlarmKind, of=KIND)


def watched(function: MonitoredFunction, traits: frozenset[str]) -> WatchedResource:
    """A function as alarms see it."""
    return WatchedResource(
        kind=KIND,
        construct=function.construct,
        resource=function.resource,
        path=function.path,
        properties=function.properties,
        dimensions=function.dimensions,
        traits=traits,
        condition=function.condition,
    )


def traits_by_place(functions: Iterable[MonitoredFunction], template: Template) -> dict[Place, frozenset[str]]:
    """How each function is invoked, as far as alarms ask.

    Args:
        functions: whose.
        template: with resources of `TYPES`.
    """
    found: dict[Place, set[str]] = {}
    for function in functions:
        if value_of(function.properties, "deadLetterConfig", "targetArn"):
            found.setdefault(place_of(function), set()).update(("async", "dead_letter"))
    for config in template.of_type("AWS::Lambda::EventInvokeConfig"):
        traits = {"async"}
        if value_of(config.properties, "destinationConfig"):
            traits.add("destination")
        _add(found, _function_of(template, config), traits)
    for mapping in template.of_type("AWS::Lambda::EventSourceMapping"):
        # Kinesis and DynamoDB; what Kafka's mappings measure is OffsetLag.
        if value_of(mapping.properties, "startingPosition") and not value_of(mapping.properties, "topics"):
            _add(found, _function_of(template, mapping), {"stream_reader"})
    return {place: frozenset(traits) for place, traits in found.items()}


def place_of(function: MonitoredFunction) -> Place:
    """Where a function is declared."""
    return identity(function.stack), function.logical_id


def _add(found: dict[Place, set[str]], function: Place | None, traits: set[str]) -> None:
    if function:
        found.setdefault(function, set()).update(traits)


def _function_of(template: Template, resource: TemplateResource) -> Place | None:
    """Where the function is declared that a resource names, or an alias or version of it."""
    named: TemplateResource | None = resource
    place = None
    while named is not None:
        name, stack = value_of(named.properties, "functionName"), named.stack
        place = template.place_of(name, stack)
        target = template.referred(name, stack)
        named = target if target and target.type in ("AWS::Lambda::Alias", "AWS::Lambda::Version") else None
    return place


def _timeout_ms(properties: Mapping[str, Any]) -> float | None:
    if value_of(properties, "timeout") is None:
        return _DEFAULT_TIMEOUT_S * 1000
    timeout_s = number_of(properties, "timeout")
    return timeout_s * 1000 if timeout_s else None


def _late_s(properties: Mapping[str, Any]) -> float:
    # "The timestamp on an error metric reflects when the function was invoked, not when the error occurred": an alarm
    # on the last minute alone would never see that an invocation of ten minutes has failed.
    timeout_ms = _timeout_ms(properties)
    return timeout_ms / 1000 if timeout_ms else _MAX_TIMEOUT_S


def kinds() -> Iterator[AlarmKind]:
    """Yields the catalogue's entries."""
    yield _kind(
        key="function_errors",
        rule=_rule(
            name="Errors",
            metric_name="Errors",
            statistic="Sum",
            meaning="invocations fail.",
            causes="an exception, a timeout, no memory left, a handler that cannot be loaded.",
            first_steps="Open the function's issues in Sentry, then its log; if it began with a release, roll back.",
        ),
        unit="failed invocations within a minute",
        why="Every failure is an event in Sentry anyway, and a healthy function has none. Lambda dates a failure to "
        "the start of its invocation, so as many minutes are looked at as the function's timeout is long.",
        late_s=_late_s,
    )
    yield _kind(
        key="function_error_rate",
        rule=_rule(
            name="ErrorRate",
            metric_name="Errors",
            statistic="Sum",
            period_s=300,
            evaluation_periods=3,
            datapoints_to_alarm=2,
            expression="errors / invocations",
            inputs=(MathInput("errors", "Errors", "Sum"), MathInput("invocations", "Invocations", "Sum")),
            meaning="a large share of invocations fails.",
            causes="a release, a dependency that is down, bad input from one caller.",
            first_steps="Open the function's issues in Sentry and sort by events.",
        ),
        unit="of the invocations of 5 minutes, twice within the last quarter of an hour and the function's timeout",
        why="Off: every single error has an alarm already. For a function whose callers make it fail now and then, "
        "give this and `function_errors=None`. It is charged as two metrics.",
        late_s=_late_s,
        suggested=0.05,
    )
    yield _kind(
        key="function_throttles",
        rule=_rule(
            name="Throttles",
            metric_name="Throttles",
            statistic="Sum",
            meaning="Lambda refuses invocations.",
            causes="the function's reserved concurrency or the account's limit is reached, by a burst or by "
            "invocations that became slow.",
            first_steps="Compare ConcurrentExecutions with both limits, then Duration with yesterday's.",
        ),
        unit="refused invocations within a minute",
        why="Callers that wait get an error; there is no healthy number of those.",
    )
    yield _kind(
        key="function_p95_duration",
        rule=_rule(
            name="Slow",
            metric_name="Duration",
            statistic="p95",
            severity=Severity.WARNING,
            period_s=300,
            evaluation_periods=3,
            datapoints_to_alarm=3,
            meaning="one invocation in twenty takes too long.",
            causes="a slow dependency, growing data, too little memory and so too little CPU.",
            first_steps="Compare with the latency of what it calls; look at slow traces in Sentry.",
        ),
        unit="in 3 successive periods of 5 minutes",
        why="Off: what is slow for an API is fast for a report. Give it per function.",
        duration_as="ms",
        suggested=Duration.seconds(1),
    )
    yield _kind(
        key="function_timeout_share",
        rule=_rule(
            name="NearTimeout",
            metric_name="Duration",
            statistic="Maximum",
            severity=Severity.WARNING,
            period_s=300,
            evaluation_periods=3,
            datapoints_to_alarm=2,
            meaning="invocations take almost as long as the function's timeout allows.",
            causes="a slow dependency without a timeout of its own, growing data.",
            first_steps="Find what the time goes to; raise the timeout only if it is needed.",
        ),
        unit="of the function's timeout, in 2 periods of 5 minutes within the last quarter of an hour and the timeout",
        why="Off: a timeout is an error, which has its alarm, and the layer sends an event shortly before it.",
        whole=_timeout_ms,
        late_s=_late_s,
        suggested=0.9,
    )
    yield _kind(
        key="function_concurrency_share",
        rule=_rule(
            name="Concurrency",
            metric_name="ConcurrentExecutions",
            statistic="Maximum",
            severity=Severity.WARNING,
            evaluation_periods=5,
            datapoints_to_alarm=3,
            meaning="the function uses almost all of its reserved concurrency.",
            causes="more traffic, or invocations that became slower.",
            first_steps="Compare Duration with yesterday's; then raise the reservation or slow the source down.",
        ),
        unit="of the reserved concurrency, in 3 of 5 minutes",
        why="Early enough to act before Throttles begins; a burst of a minute is what a reservation is for.",
        whole=lambda properties: number_of(properties, "reservedConcurrentExecutions"),
        when="functions with reserved concurrency",
    )
    yield _kind(
        key="function_dropped_events",
        rule=_rule(
            name="DroppedEvents",
            metric_name="AsyncEventsDropped",
            statistic="Sum",
            meaning="asynchronous events were given up without the function having succeeded.",
            causes="all attempts failed, or the event grew too old while the function was throttled.",
            first_steps="Read the function's dead-letter queue or failure destination, mend, then replay.",
        ),
        unit="events within a minute",
        why="Each is work that will not be done.",
        trait="async",
        when="functions with a dead-letter queue or an event invoke configuration",
    )
    yield _kind(
        key="function_event_age",
        rule=_rule(
            name="EventAge",
            metric_name="AsyncEventAge",
            statistic="Maximum",
            severity=Severity.WARNING,
            evaluation_periods=5,
            datapoints_to_alarm=3,
            meaning="asynchronous events wait long before the function gets them.",
            causes="throttling, retries of failing events.",
            first_steps="Look at Throttles and Errors of the same minutes.",
        ),
        unit="in 3 of 5 minutes",
        why="Off: throttles, errors and dropped events, its causes and its effect, have alarms.",
        duration_as="ms",
        suggested=Duration.minutes(10),
        trait="async",
        when="functions with a dead-letter queue or an event invoke configuration",
    )
    yield _kind(
        key="function_iterator_age",
        rule=_rule(
            name="IteratorAge",
            metric_name="IteratorAge",
            statistic="Maximum",
            evaluation_periods=5,
            datapoints_to_alarm=5,
            meaning="the function is behind its stream: what it reads was written long ago.",
            causes="a record that fails again and again, too few shards or too little parallelization, slow writes.",
            first_steps="Look at the function's errors first, then at Duration and at the stream's incoming records.",
        ),
        unit="in 5 successive minutes",
        why="A batch window is 5 minutes at most, and a retry with back-off a few: older means that it falls behind.",
        duration_as="ms",
        trait="stream_reader",
        when="functions that read a Kinesis or DynamoDB stream",
    )
    yield _kind(
        key="function_dead_letter_errors",
        rule=_rule(
            name="DeadLetterErrors",
            metric_name="DeadLetterErrors",
            statistic="Sum",
            meaning="a failed event could not be written to the dead-letter queue and is lost.",
            causes="no permission for the queue or its key, a deleted queue, a message above the size limit.",
            first_steps="Check the role's sqs:SendMessage or sns:Publish and the key's policy.",
        ),
        unit="events within a minute",
        why="Each is data lost.",
        trait="dead_letter",
        when="functions with a dead-letter queue",
    )
    yield _kind(
        key="function_destination_failures",
        rule=_rule(
            name="DestinationFailures",
            metric_name="DestinationDeliveryFailures",
            statistic="Sum",
            meaning="the outcome of an asynchronous invocation could not be delivered to its destination.",
            causes="no permission for the destination or its key, a deleted destination, a message too large.",
            first_steps="Check the role's permission for the destination.",
        ),
        unit="events within a minute",
        why="Each is data lost.",
        trait="destination",
        when="functions with a destination",
    )
    yield _kind(
        key="function_duration_anomaly",
        rule=_rule(
            name="DurationAnomaly",
            metric_name="Duration",
            statistic="p95",
            severity=Severity.WARNING,
            period_s=300,
            evaluation_periods=3,
            datapoints_to_alarm=3,
            anomaly=True,
            meaning="one invocation in twenty takes longer, or shorter, than the last two weeks let expect.",
            causes="a release, growing data, a dependency.",
            first_steps="Compare the time of the change with releases in Sentry.",
        ),
        unit="standard deviations from what is expected, in 3 successive periods of 5 minutes",
        why="Off: it learns for two weeks and costs three times as much.",
        suggested=3,
    )
