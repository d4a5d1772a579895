"""Who is told of an alarm: one encrypted SNS topic, and the targets that subscribe to it."""

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from .errors import Problems, is_known

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_CLOUDWATCH = "cloudwatch.amazonaws.com"


class Notify(ABC):
    """A target of alarm notifications. Made by one of the static methods."""

    @staticmethod
    def email(address: str) -> "Notify":
        """An e-mail for every change of an alarm's state; the owner confirms the subscription once.

        Args:
            address: where to.
        """
        return _Email(address)

    @staticmethod
    def topic(topic: sns.ITopic) -> "Notify":
        """An existing SNS topic, beside the kit's own.

        Args:
            topic: must allow CloudWatch to publish to it.
        """
        return _Topic(topic)

    @staticmethod
    def sentry() -> "Notify":
        """Every alarm is an issue in Sentry, of the alarm's severity; its end is an event of that issue."""
        return _Sentry()

    def check(self, problems: Problems) -> None:
        """Notes what is wrong with the arguments."""

    @property
    def is_sentry(self) -> bool:
        """Whether changes of state go to Sentry, by the forwarder, rather than to the topic."""
        return False

    @abstractmethod
    def attach(self, topic: sns.Topic) -> Sequence[str]:
        """Connects the target.

        Args:
            topic: the kit's topic, to subscribe to.

        Returns:
            ARNs that alarms must name beside the topic.
        """


@dataclass(frozen=True)
class _Email(Notify):
    address: str

    def check(self, problems: Problems) -> None:
        if is_known(self.address) and not _ADDRESS.fullmatch(self.address):
            problems.add(
                "notify",
                f"Notify.email({self.address!r})",
                "an e-mail address",
                "Write it as name@example.com.",
            )

    def attach(self, topic: sns.Topic) -> Sequence[str]:
        topic.add_subscription(subscriptions.EmailSubscription(self.address))
        return ()


@dataclass(frozen=True)
class _Topic(Notify):
    existing: sns.ITopic

    def attach(self, topic: sns.Topic) -> Sequence[str]:  # noqa: ARG002  (nothing subscribes)
        return (self.existing.topic_arn,)


@dataclass(frozen=True)
class _Sentry(Notify):
    @property
    def is_sentry(self) -> bool:
        return True

    def attach(self, topic: sns.Topic) -> Sequence[str]:  # noqa: ARG002  (EventBridge tells the forwarder)
        return ()


def alarm_topic(scope: Construct, construct_id: str) -> sns.Topic:
    """Declares a topic that CloudWatch may publish to, encrypted at rest and in transit.

    Args:
        scope: where.
        construct_id: the topic's id; its key's is derived from it.
    """
    # CloudWatch cannot use the AWS managed key of SNS, so encryption takes a key of one's own:
    # docs.aws.amazon.com/sns/latest/dg/sns-key-management.html, "Enable compatibility ... from AWS services".
    key = kms.Key(
        scope,
        f"{construct_id}Key",
        description="Encrypts alarm notifications",
        enable_key_rotation=True,
        removal_policy=RemovalPolicy.DESTROY,
    )
    key.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal(_CLOUDWATCH)],
            actions=["kms:Decrypt", "kms:GenerateDataKey*"],
            resources=["*"],
        )
    )
    topic = sns.Topic(scope, construct_id, master_key=key, enforce_ssl=True)
    topic.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal(_CLOUDWATCH)],
            actions=["sns:Publish"],
            resources=[topic.topic_arn],
            # Nobody else's alarms: without it any account's CloudWatch could be made to publish here.
            conditions={"StringEquals": {"aws:SourceAccount": Stack.of(scope).account}},
        )
    )
    return topic
