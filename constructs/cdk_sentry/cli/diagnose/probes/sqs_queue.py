"""SQS queues: what waits in them, and whether anybody takes it."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...stacks import Resource
from ..finding import Finding, Weight, healthy, sick
from ..graph import Link
from ..keys import KeyState, key_state
from ..metrics import Metric
from ..parallel import NoAnswer, ask
from ..probe import Probe, Seen, counted, part, span, unanswered
from ..survey import Survey

_OLD_S = 300


@dataclass(frozen=True)
class QueueFacts:
    """What was seen of a queue.

    Attributes:
        attributes: as SQS gives them.
        key: that it is encrypted with; None if that is AWS's.
    """

    attributes: Mapping[str, str]
    key: KeyState | NoAnswer | None

    @property
    def messages(self) -> int:
        """How many wait."""
        return int(self.attributes.get("ApproximateNumberOfMessages", 0))


class SqsQueue(Probe):
    """A queue."""

    kinds = ("AWS::SQS::Queue",)
    what = "queue"

    def look(self, survey: Survey, resource: Resource) -> QueueFacts:
        """Attributes and key; no message is taken."""
        attributes = survey.aws.client("sqs").get_queue_attributes(
            QueueUrl=resource.physical_id, AttributeNames=["All"]
        )["Attributes"]
        return QueueFacts(attributes, ask(lambda: key_state(survey.aws, attributes.get("KmsMasterKeyId", ""))))

    def links(self, survey: Survey, resource: Resource, facts: QueueFacts) -> Iterable[Link]:
        """What fails too often goes to its dead-letter queue."""
        target = json.loads(facts.attributes.get("RedrivePolicy", "{}")).get("deadLetterTargetArn", "")
        if target and (queue := survey.called(target)):
            yield Link(resource, queue)

    def metrics(self, survey: Survey, resource: Resource) -> Sequence[Metric]:
        """How long messages wait."""
        del survey
        of_it = {"QueueName": resource.physical_id.rsplit("/", 1)[-1]}
        return (Metric("AWS/SQS", "ApproximateAgeOfOldestMessage", of_it, "Maximum"),)

    def judge(self, seen: Seen, resource: Resource, facts: QueueFacts) -> Iterator[Finding]:
        """Whether it fills."""
        yield from unanswered(facts.key)
        if key := part(facts.key, KeyState):
            yield from key.judge()
        is_read = any(each.kind == "AWS::Lambda::EventSourceMapping" for each in seen.flow.after(resource))
        oldest_s = seen.figure(resource, "ApproximateAgeOfOldestMessage")
        url = resource.physical_id
        if facts.messages and not is_read:
            yield sick(
                "holds-messages",
                Weight.SYMPTOM,
                f"{counted(facts.messages, 'message')} waiting, and nothing in the stack takes from it",
                f"ApproximateNumberOfMessages: {facts.messages}",
                next_command=f"aws sqs receive-message --visibility-timeout 0 --queue-url {url}",
            )
        elif is_read and oldest_s > _OLD_S:
            yield sick(
                "grows-old",
                Weight.SYMPTOM,
                f"the oldest of {counted(facts.messages, 'message')} has waited {span(oldest_s)}",
                f"metric ApproximateAgeOfOldestMessage: {oldest_s:.0f} s",
                next_command=f"aws sqs get-queue-attributes --attribute-names All --queue-url {url}",
            )
        in_flight = facts.attributes.get("ApproximateNumberOfMessagesNotVisible", "0")
        yield healthy("queue", f"{counted(facts.messages, 'message')} waiting, {in_flight} being worked on")
