"""The alarms on one SQS queue, and on one that keeps what others could not process.

Metric names and units: docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/
sqs-available-cloudwatch-metrics.html.
"""

import re
from collections.abc import Iterable, Iterator
from functools import partial

from ..functions.function import MonitoredFunction
from ..identity import identity
from .alarm import AlarmRule
from .kind import AlarmKind
from .resource import WatchedResource, value_of
from .severity import Severity
from .template import Place, Template

KIND = "queue"
TYPES = ("AWS::Events::Rule", "AWS::SNS::Subscription", "AWS::SQS::Queue")
_NAMED_SO = re.compile(r"dlq|dead.?letter|quarantine|poison|failures", re.IGNORECASE)

_rule = partial(AlarmRule, namespace="AWS/SQS")
_kind = partial(AlarmKind, of=KIND)


def watched(template: Template, functions: Iterable[MonitoredFunction]) -> Iterator[WatchedResource]:
    """Yields the queues of a scope; a last stop is one that something names as such, or is itself named so."""
    last_stops = set(_last_stops(template, functions))
    for each in template.of_type("AWS::SQS::Queue"):
        last_stop = each.place in last_stops or _NAMED_SO.search(each.path.rpartition("/")[2])
        dimensions = {"QueueName": each.resource.get_att("QueueName").to_string()}
        traits = frozenset({"dead_letter"} if last_stop else ())
        yield WatchedResource(KIND, each.construct, each.resource, each.path, each.properties, dimensions, traits)


def _last_stops(template: Template, functions: Iterable[MonitoredFunction]) -> Iterator[Place | None]:
    for each in template.of_type("AWS::SQS::Queue", "AWS::SNS::Subscription"):
        queue = value_of(each.properties, "redrivePolicy", "deadLetterTargetArn")
        yield template.place_of(queue, each.stack)
    for function in functions:
        queue = value_of(function.properties, "deadLetterConfig", "targetArn")
        yield template.place_of(queue, identity(function.stack))
    for each in template.of_type("AWS::Lambda::EventInvokeConfig", "AWS::Lambda::EventSourceMapping"):
        queue = value_of(each.properties, "destinationConfig", "onFailure", "destination")
        yield template.place_of(queue, each.stack)
    for each in template.of_type("AWS::Events::Rule"):
        for target in value_of(each.properties, "targets") or ():
            yield template.place_of(value_of(target, "deadLetterConfig", "arn"), each.stack)


def kinds() -> Iterator[AlarmKind]:
    """Yields the catalogue's entries."""
    yield _kind(
        key="dead_letter_messages",
        rule=_rule(
            name="Messages",
            metric_name="ApproximateNumberOfMessagesVisible",
            statistic="Maximum",
            meaning="something could not be processed and waits here for a person.",
            causes="a record that no repetition makes valid, or a dependency that was down too long.",
            first_steps="Read one message without deleting it; mend the cause; then send all back to their source.",
        ),
        unit="messages",
        why="Nobody reads such a queue unless told. Not NumberOfMessagesSent: it leaves out what SQS moves.",
        trait="dead_letter",
        when="queues that a dead-letter setting or failure destination names, or that are named dlq, dead letter, "
        "quarantine, poison or failures",
    )
    yield _kind(
        key="queue_message_age",
        rule=_rule(
            name="MessageAge",
            metric_name="ApproximateAgeOfOldestMessage",
            statistic="Maximum",
            severity=Severity.WARNING,
            evaluation_periods=5,
            datapoints_to_alarm=5,
            meaning="the oldest message waits too long.",
            causes="a consumer that stands still or fails, more messages than it can take.",
            first_steps="Look at the consumer's errors and throttles, then at the number of messages in flight.",
        ),
        unit="in 5 successive minutes",
        why="A consumer that runs takes a message within seconds; a quarter of an hour covers its longest "
        "invocation, too.",
        duration_as="s",
        without_trait="dead_letter",
        when="all other queues",
    )
