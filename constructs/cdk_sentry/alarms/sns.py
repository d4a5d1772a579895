"""The alarms on one SNS topic.

Metric names: docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html.
"""

from collections.abc import Iterator
from functools import partial

from .alarm import AlarmRule
from .kind import AlarmKind
from .resource import WatchedResource
from .template import Template

KIND = "topic"
TYPES = ("AWS::SNS::Topic",)

_rule = partial(AlarmRule, namespace="AWS/SNS", period_s=300)
_kind = partial(AlarmKind, of=KIND)


def watched(template: Template) -> Iterator[WatchedResource]:
    """Yields the topics of a scope."""
    for each in template.of_type(*TYPES):
        dimensions = {"TopicName": each.resource.get_att("TopicName").to_string()}
        yield WatchedResource(KIND, each.construct, each.resource, each.path, each.properties, dimensions)


def kinds() -> Iterator[AlarmKind]:
    """Yields the catalogue's entries."""
    yield _kind(
        key="topic_failed_deliveries",
        rule=_rule(
            name="FailedDeliveries",
            metric_name="NumberOfNotificationsFailed",
            statistic="Sum",
            meaning="messages did not reach a subscriber.",
            causes="a subscriber that is gone or refuses, no permission for a queue, function or key.",
            first_steps="Switch on delivery status logging for the protocol; it names subscriber and answer.",
        ),
        unit="deliveries within 5 minutes",
        why="For queues, functions and e-mail SNS counts after its last attempt, so each is a message lost, or one for "
        "the subscription's dead letters. For https addresses it counts attempts that it will repeat, too: give more "
        "there.",
    )
    yield _kind(
        key="topic_dead_letter_errors",
        rule=_rule(
            name="DeadLetterErrors",
            metric_name="NumberOfNotificationsFailedToRedriveToDlq",
            statistic="Sum",
            meaning="messages that no subscriber took could not be kept in the dead-letter queue either.",
            causes="no permission for the queue or its key, a deleted queue.",
            first_steps="Check the queue's policy for the topic.",
        ),
        unit="messages within 5 minutes",
        why="Each is data lost. Off: failed deliveries fire in the same minute.",
        suggested=1,
    )
