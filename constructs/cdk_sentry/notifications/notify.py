"""The targets of notifications."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aws_cdk import CfnResource, Stack
from aws_cdk import aws_chatbot as chatbot
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions

from ..alarms.severity import Severity
from ..errors import Problems, is_known
from ..on_aws import only_on_aws
from .url import Url, as_url

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
# Forms of Slack's ids, as docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/
# aws-resource-chatbot-slackchannelconfiguration.html gives them.
_SLACK_ID = re.compile(r"[A-Z0-9]{8,32}")
# Of the 5 actions that docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html allows.
_MAX_TOPICS = 3


@dataclass(frozen=True, kw_only=True)
class Notify(ABC):
    """A target of alarm notifications. Made by one of the static methods.

    Attributes:
        only: alarms of this severity alone; None: of both.
    """

    only: Severity | str | None = None

    @staticmethod
    def email(address: str, *, only: Severity | str | None = None) -> "Notify":
        """An e-mail for every change of an alarm's state; the owner confirms the subscription once.

        Args:
            address: where to.
            only: `critical` or `warning`; alarms of both severities when left out.
        """
        return _Email(address, only=only)

    @staticmethod
    def topic(topic: sns.ITopic, *, only: Severity | str | None = None) -> "Notify":
        """An existing SNS topic, beside the kit's own.

        Args:
            topic: must allow CloudWatch to publish to it.
            only: `critical` or `warning`; alarms of both severities when left out.
        """
        return _Topic(topic, only=only)

    @staticmethod
    def slack(workspace_id: str, channel_id: str, *, only: Severity | str | None = None) -> "Notify":
        """A Slack channel, by Amazon Q Developer in chat applications (formerly AWS Chatbot).

        Somebody must have authorized the workspace once, in that service's console. It takes one configuration for a
        channel and account: give several stacks `Notify.topic` of one that is configured.

        Args:
            workspace_id: Slack's id of the workspace, `T...`.
            channel_id: Slack's id of the channel, `C...`.
            only: `critical` or `warning`; alarms of both severities when left out.
        """
        return _Slack(workspace_id, channel_id, only=only)

    @staticmethod
    def pagerduty(integration_url: Url | str, *, only: Severity | str | None = None) -> "Notify":
        """An incident in PagerDuty, which the alarm's end resolves.

        Args:
            integration_url: of the service's Amazon CloudWatch integration; `Url.from_ssm` and `Url.from_secret` keep
                it out of the template.
            only: `critical` or `warning`; alarms of both severities when left out.
        """
        return _Https(as_url(integration_url), "Notify.pagerduty", only=only)

    @staticmethod
    def webhook(url: Url | str, *, only: Severity | str | None = None) -> "Notify":
        """A POST of SNS's JSON to an https address, which must confirm the subscription.

        Args:
            url: where to; `Url.from_ssm` and `Url.from_secret` keep it out of the template.
            only: `critical` or `warning`; alarms of both severities when left out.
        """
        return _Https(as_url(url), "Notify.webhook", only=only)

    @staticmethod
    def sentry() -> "Notify":
        """Every alarm is an issue in Sentry, of the alarm's severity; its end is an event of that issue."""
        return _Sentry()

    @property
    def is_sentry(self) -> bool:
        """Whether changes of state go to Sentry, by the forwarder, rather than to the topic."""
        return False

    def takes(self, severity: Severity) -> bool:
        """Whether alarms of a severity are told to it."""
        return self.only is None or self.only == severity

    def check(self, problems: Problems) -> None:
        """Notes what is wrong with the arguments."""
        if self.only is not None and self.only not in tuple(Severity):
            problems.add("notify(only=)", self.only, "'critical', 'warning' or None", "Leave it out for both.")

    @abstractmethod
    def attach(self, topic: Callable[[], sns.Topic]) -> Sequence[str]:
        """Connects the target.

        Args:
            topic: gives the kit's topic to subscribe to, and makes it if it is the first to ask.

        Returns:
            ARNs that alarms must name beside the topic.
        """


@dataclass(frozen=True)
class Targets:
    """Everybody who is told.

    Attributes:
        targets: in any order.
    """

    targets: Sequence[Notify]

    def check(self, problems: Problems) -> None:
        """Notes what is wrong with one of them, or with all together."""
        remedy = "Write notify=[Notify.email('name@example.com')], and leave it out for nobody."
        if isinstance(self.targets, str) or not isinstance(self.targets, Sequence):
            problems.add("notify", self.targets, "a list of Notify", remedy)
            return
        if [each for each in self.targets if not problems.expect("notify", each, Notify, "a list of Notify", remedy)]:
            return
        for each in self.targets:
            each.check(problems)
        for severity in Severity:
            topics = {each.existing for each in self.targets if isinstance(each, _Topic) and each.takes(severity)}
            if len(topics) > _MAX_TOPICS:
                problems.add(
                    "notify",
                    f"{len(topics)} x Notify.topic for {severity} alarms",
                    f"at most {_MAX_TOPICS}: CloudWatch takes 5 actions an alarm, of which the kit needs 2",
                    "Name their subscribers instead: Notify.email, Notify.webhook.",
                )


@dataclass(frozen=True)
class _Email(Notify):
    address: str

    def check(self, problems: Problems) -> None:
        super().check(problems)
        if not isinstance(self.address, str) or (is_known(self.address) and not _ADDRESS.fullmatch(self.address)):
            problems.add(
                "notify",
                f"Notify.email({self.address!r})",
                "an e-mail address",
                "Write it as name@example.com.",
            )

    def attach(self, topic: Callable[[], sns.Topic]) -> Sequence[str]:
        topic().add_subscription(subscriptions.EmailSubscription(self.address))
        return ()


@dataclass(frozen=True)
class _Topic(Notify):
    existing: sns.ITopic

    def check(self, problems: Problems) -> None:
        super().check(problems)
        if not hasattr(self.existing, "topic_arn"):
            problems.add(
                "notify",
                f"Notify.topic({self.existing!r})",
                "a topic",
                "Of an ARN, write Notify.topic(Topic.from_topic_arn(scope, id, arn)).",
            )

    def attach(self, topic: Callable[[], sns.Topic]) -> Sequence[str]:  # noqa: ARG002  (nothing subscribes)
        return (self.existing.topic_arn,)


@dataclass(frozen=True)
class _Sentry(Notify):
    @property
    def is_sentry(self) -> bool:
        return True

    def attach(self, topic: Callable[[], sns.Topic]) -> Sequence[str]:  # noqa: ARG002  (EventBridge tells the forwarder)
        return ()


@dataclass(frozen=True)
class _Https(Notify):
    url: Url
    factory: str

    def check(self, problems: Problems) -> None:
        super().check(problems)
        self.url.check(self.factory, problems)

    def attach(self, topic: Callable[[], sns.Topic]) -> Sequence[str]:
        own = topic()
        sns.CfnSubscription(
            own,
            f"Https{_next(own, sns.CfnSubscription)}",
            topic_arn=own.topic_arn,
            protocol="https",
            endpoint=self.url.value(own),
        )
        return ()


@dataclass(frozen=True)
class _Slack(Notify):
    workspace_id: str
    channel_id: str

    def check(self, problems: Problems) -> None:
        super().check(problems)
        for name, value in (("workspace_id", self.workspace_id), ("channel_id", self.channel_id)):
            if not isinstance(value, str) or (is_known(value) and not _SLACK_ID.fullmatch(value)):
                problems.add(
                    f"notify, Notify.slack({name}=)",
                    value,
                    "an id of Slack, 8 or more capital letters and digits",
                    "Copy it from the address of the channel in a browser: /client/<workspace>/<channel>.",
                )

    def attach(self, topic: Callable[[], sns.Topic]) -> Sequence[str]:
        # What the service may do for people in the channel: look at alarms and graphs. It need not read the topic's
        # key, as SNS decrypts before it delivers.
        own = topic()
        # A channel keeps its resource wherever it stands in the list, as far as it is known.
        name = self.channel_id if is_known(self.channel_id) else _next(own, chatbot.CfnSlackChannelConfiguration)
        read = f"arn:{Stack.of(own).partition}:iam::aws:policy/CloudWatchReadOnlyAccess"
        role = iam.CfnRole(
            own,
            f"Slack{name}Role",
            assume_role_policy_document=iam.PolicyDocument(
                statements=[
                    iam.PolicyStatement(
                        actions=["sts:AssumeRole"], principals=[iam.ServicePrincipal("chatbot.amazonaws.com")]
                    )
                ]
            ),
            managed_policy_arns=[read],
        )
        configuration = chatbot.CfnSlackChannelConfiguration(
            own,
            f"Slack{name}",
            configuration_name=f"{own.node.addr[-8:]}-{self.channel_id}",
            iam_role_arn=role.attr_arn,
            slack_workspace_id=self.workspace_id,
            slack_channel_id=self.channel_id,
            sns_topic_arns=[own.topic_arn],
            guardrail_policies=[read],
            logging_level="ERROR",
        )
        for resource in (role, configuration):
            only_on_aws(resource)
        return ()


def _next(topic: sns.Topic, kind: type[CfnResource]) -> int:
    return sum(1 for each in topic.node.children if isinstance(each, kind)) + 1
