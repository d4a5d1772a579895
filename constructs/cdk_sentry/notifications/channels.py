"""The kit's own topics: encrypted, TLS only, for this account's CloudWatch and nobody else."""

from collections.abc import Sequence
from functools import partial

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct

from ..alarms.severity import Severity
from .notify import Notify

_CLOUDWATCH = "cloudwatch.amazonaws.com"


class Notifications:
    """The topics of one stack and the targets on them.

    Every alarm is told to `topic`. Where a target takes one severity alone, there is a topic for that severity, too.

    Args:
        scope: where resources are declared.
        targets: who is told.
    """

    def __init__(self, scope: Construct, targets: Sequence[Notify]) -> None:
        self._scope = scope
        self._key = _key(scope, "TopicKey")
        self.topic = self._declare("Topic")
        self._of_severity: dict[Severity, sns.Topic] = {}
        self._actions: dict[Severity, list[str]] = {}
        self._others: dict[Severity, list[str]] = {severity: [] for severity in Severity}
        for target in dict.fromkeys(targets):
            only = None if target.only is None else Severity(target.only)
            arns = target.attach(partial(self._topic_of, only))
            for severity in Severity if only is None else (only,):
                self._others[severity] += arns

    def actions(self, severity: Severity) -> list[str]:
        """ARNs that an alarm of a severity tells."""
        if severity not in self._actions:
            limited = self._of_severity.get(severity)
            topics = [self.topic] if limited is None else [self.topic, limited]
            arns = [*(topic.topic_arn for topic in topics), *self._others[severity]]
            self._actions[severity] = list(dict.fromkeys(arns))
        return self._actions[severity]

    def _topic_of(self, severity: Severity | None) -> sns.Topic:
        if severity is None:
            return self.topic
        if severity not in self._of_severity:
            self._of_severity[severity] = self._declare(f"{severity.capitalize()}Topic")
        return self._of_severity[severity]

    def _declare(self, construct_id: str) -> sns.Topic:
        topic = sns.Topic(self._scope, construct_id, master_key=self._key, enforce_ssl=True)
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal(_CLOUDWATCH)],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                # Nobody else's alarms: without it any account's CloudWatch could be made to publish here.
                conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self._scope).account}},
            )
        )
        return topic


def _key(scope: Construct, construct_id: str) -> kms.Key:
    # CloudWatch cannot use the AWS managed key of SNS, so encryption takes a key of one's own:
    # docs.aws.amazon.com/sns/latest/dg/sns-key-management.html, "Enable compatibility ... from AWS services".
    key = kms.Key(
        scope,
        construct_id,
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
    return key
