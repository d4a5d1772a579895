"""SNS topics: are they there, and do messages reach the subscribers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...stacks import Resource
from ..finding import Finding, Weight, healthy, sick
from ..graph import Link
from ..keys import KeyState, key_state
from ..metrics import Metric
from ..parallel import NoAnswer, ask
from ..probe import Probe, Seen, counted, part, unanswered
from ..survey import Survey

_SUBSCRIPTION = "AWS::SNS::Subscription"
_UNCONFIRMED = "PendingConfirmation"


@dataclass(frozen=True)
class TopicFacts:
    """What was seen of a topic.

    Attributes:
        subscriptions: as SNS gives them.
        key: that it is encrypted with; None if that is AWS's.
    """

    subscriptions: Sequence[Mapping[str, str]]
    key: KeyState | NoAnswer | None


class SnsTopic(Probe):
    """A topic."""

    kinds = ("AWS::SNS::Topic",)
    what = "topic"

    def look(self, survey: Survey, resource: Resource) -> TopicFacts:
        """Key and subscriptions."""
        client, arn = survey.aws.client("sns"), resource.physical_id
        attributes = client.get_topic_attributes(TopicArn=arn)["Attributes"]
        pages = client.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=arn)
        return TopicFacts(
            [each for page in pages for each in page["Subscriptions"]],
            ask(lambda: key_state(survey.aws, attributes.get("KmsMasterKeyId", ""))),
        )

    def links(self, survey: Survey, resource: Resource, facts: TopicFacts) -> Iterable[Link]:
        """To its subscribers."""
        for subscription in facts.subscriptions:
            if other := survey.called(subscription.get("Endpoint", "")):
                yield Link(resource, other)

    def metrics(self, survey: Survey, resource: Resource) -> Sequence[Metric]:
        """What was sent and what did not arrive."""
        del survey
        of_it = {"TopicName": resource.physical_id.rpartition(":")[2]}
        return (
            Metric("AWS/SNS", "NumberOfMessagesPublished", of_it),
            Metric("AWS/SNS", "NumberOfNotificationsFailed", of_it),
        )

    def judge(self, seen: Seen, resource: Resource, facts: TopicFacts) -> Iterator[Finding]:
        """Whether messages arrive."""
        arn = resource.physical_id
        yield from unanswered(facts.key)
        if key := part(facts.key, KeyState):
            yield from key.judge()
        yield from _subscriptions(seen, resource, facts)
        if failed := seen.figure(resource, "NumberOfNotificationsFailed"):
            yield sick(
                "not-delivered",
                seen.weight(resource, "NumberOfNotificationsFailed", Weight.FAILING),
                f"{counted(failed, 'message')} did not reach a subscriber",
                f"metric NumberOfNotificationsFailed: {failed:.0f}",
                next_command=f"aws sns list-subscriptions-by-topic --topic-arn {arn}",
            )
        published = seen.figure(resource, "NumberOfMessagesPublished")
        yield healthy("topic", f"{counted(published, 'message')}, {counted(len(facts.subscriptions), 'subscriber')}")


def _subscriptions(seen: Seen, resource: Resource, facts: TopicFacts) -> Iterator[Finding]:
    """Those of the template that are not there, and those that nobody has confirmed."""
    arn = resource.physical_id
    there = {each["SubscriptionArn"] for each in facts.subscriptions}
    if _UNCONFIRMED in there:
        pending = [each["Endpoint"] for each in facts.subscriptions if each["SubscriptionArn"] == _UNCONFIRMED]
        yield sick(
            "unconfirmed",
            Weight.NOTICE,
            f"{', '.join(pending)} get nothing until they confirm the subscription",
            next_command=f"aws sns list-subscriptions-by-topic --topic-arn {arn}",
        )
        return  # which of the template's these are cannot be told
    declared = [each for each in seen.survey.of_kind(_SUBSCRIPTION) if each.physical_id.startswith(f"{arn}:")]
    if gone := [seen.survey.label(each) for each in declared if each.physical_id not in there]:
        yield sick(
            "subscription-gone",
            Weight.ABSENT,
            f"a subscription of the template is not there: {', '.join(gone)}",
            next_command=f"aws cloudformation detect-stack-drift --stack-name {seen.survey.stack}",
        )
