"""The forwarder: one function a stack that turns log lines and alarms into Sentry events, and what it needs."""

from collections.abc import Mapping, Sequence
from typing import cast

from aws_cdk import ArnFormat, AssetHashType, Duration, RemovalPolicy, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from ..assets import LAMBDA_SRC, LAYER_CACHE
from ..layers.build import build_python_layer
from .acknowledged import acknowledge_patterns, acknowledge_runtime

SOURCE = "sentry_forwarder"
_PACKAGE = "cdk_sentry_forwarder"
_RUNTIME = lambda_.Runtime("python3.13", lambda_.RuntimeFamily.PYTHON, supports_inline_code=True)
_TIMEOUT = Duration.seconds(60)
# CloudWatch Logs takes five new subscriptions a second.
_SUBSCRIBER_TIMEOUT = Duration.minutes(14)
_MEMORY_MB = 256
_KEPT = Duration.days(14)
IGNORED_BY_CFN_LINT = {"config": {"ignore_checks": ["W3005"]}}
_HELPER_METADATA = "aws:cdk:is-custom-resource-handler"

_ERRORS = (
    "Severity: critical. Faults or alarms do not reach Sentry: Lambda tries each again twice, then keeps it in the "
    "dead-letter queue. Look at this function's log; the usual causes are a wrong DSN, a rate limit of Sentry and a "
    "network without a way out."
)
_EVENTS_WAIT = (
    "Severity: critical. Faults or alarms never reached Sentry and wait in this queue for 14 days. Once the cause is "
    "gone, send each message's body to the forwarder again (aws lambda invoke), then purge the queue."
)


_WHY_PATTERNS = (
    "CloudFormation makes the names of functions and log groups, log streams and versions; the patterns stay within "
    "those of this stack. A list of each would not fit into a policy."
)
_WHY_NOT_NEWEST = "Python 3.13 is supported by AWS until 2029; the newest runtime is taken up once it is tested."


class Forwarder(Construct):
    """The function, its role, its dead-letter queue and its alarms.

    Args:
        scope: where.
        construct_id: its id there.
        environment: the forwarder's variables: DSN, environment, release and service.
    """

    def __init__(self, scope: Construct, construct_id: str, *, environment: Mapping[str, str]) -> None:
        super().__init__(scope, construct_id)
        self._layer = _layer(self)
        self._subscriber: lambda_.Function | None = None
        self.alarms: list[cloudwatch.CfnAlarm] = []
        self.undelivered = sqs.Queue(
            self, "Undelivered", enforce_ssl=True, encryption=sqs.QueueEncryption.SQS_MANAGED, retention_period=_KEPT
        )
        self.function = self._function(
            "Function",
            entry_point="handler",
            description="cdk-sentry: reports faults of functions and alarms to Sentry",
            timeout=_TIMEOUT,
            environment=dict(environment),
        )
        self._keep_what_fails()
        stack = Stack.of(self)
        self.permission = lambda_.CfnPermission(
            self,
            "FromLogs",
            action="lambda:InvokeFunction",
            function_name=self.function.function_arn,
            principal="logs.amazonaws.com",
            # One for all groups of this account: a permission a group would take a resource each.
            source_account=stack.account,
            source_arn=stack.format_arn(
                service="logs", resource="log-group", resource_name="*", arn_format=ArnFormat.COLON_RESOURCE_NAME
            ),
        )

    def read(self, statements: Sequence[iam.PolicyStatement]) -> None:
        """Lets the forwarder read what it needs to know of the functions: lines, configuration, DSN."""
        _allow(self.function, statements)

    def subscriber(self, statements: Sequence[iam.PolicyStatement]) -> lambda_.Function:
        """The function behind the custom resources that subscribe the forwarder to log groups.

        Args:
            statements: what it must be allowed.
        """
        if self._subscriber is None:
            self._subscriber = self._function(
                "Subscriber",
                entry_point="subscriptions",
                description="cdk-sentry: subscribes the forwarder to log groups, during deployments only",
                timeout=_SUBSCRIBER_TIMEOUT,
            )
        _allow(self._subscriber, statements)
        return self._subscriber

    def follow_alarms(self, name_prefix: str) -> None:
        """Has state changes of alarms sent to Sentry.

        Args:
            name_prefix: with which the names of the alarms begin.
        """
        # Few follow alarms, and loading these takes longer than all of the kit's own modules.
        from aws_cdk import aws_events as events  # noqa: PLC0415  (see above)
        from aws_cdk import aws_events_targets as targets  # noqa: PLC0415  (see above)

        rule = events.Rule(
            self,
            "Alarms",
            description="cdk-sentry: changes of state of the stack's alarms, for Sentry",
            event_pattern=events.EventPattern(
                source=["aws.cloudwatch"],
                detail_type=["CloudWatch Alarm State Change"],
                detail={"alarmName": [{"prefix": name_prefix}]},
            ),
        )
        rule.add_target(targets.LambdaFunction(self.function, retry_attempts=10, dead_letter_queue=self.undelivered))

    def declare_alarms(self, actions: Sequence[str]) -> None:
        """Has somebody told when the forwarder itself is sick.

        Args:
            actions: ARNs that are told.
        """
        minute = Duration.minutes(1)
        for name, description, metric in (
            ("Errors", _ERRORS, self.function.metric_errors(period=minute)),
            (
                "EventsWait",
                _EVENTS_WAIT,
                self.undelivered.metric_approximate_number_of_messages_visible(period=minute),
            ),
        ):
            alarm = metric.create_alarm(
                self,
                name,
                alarm_description=description,
                threshold=1,
                evaluation_periods=1,
                comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
                treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            )
            resource = cast("cloudwatch.CfnAlarm", alarm.node.default_child)
            resource.alarm_actions = resource.ok_actions = list(actions)
            self.alarms.append(resource)

    def _keep_what_fails(self) -> None:
        # Not by CDK's argument for it: where its feature flags are on, that is one more policy.
        resource = cast("lambda_.CfnFunction", self.function.node.default_child)
        resource.dead_letter_config = lambda_.CfnFunction.DeadLetterConfigProperty(
            target_arn=self.undelivered.queue_arn
        )
        send = iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[self.undelivered.queue_arn])
        _allow(self.function, [send])

    def _function(
        self,
        construct_id: str,
        *,
        entry_point: str,
        description: str,
        timeout: Duration,
        environment: dict[str, str] | None = None,
    ) -> lambda_.Function:
        log_group = logs.LogGroup(
            self,
            f"{construct_id}Logs",
            retention=logs.RetentionDays.TWO_WEEKS,
            removal_policy=RemovalPolicy.DESTROY,
        )
        role = iam.Role(self, f"{construct_id}Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        log_group.grant_write(role)
        function = lambda_.Function(
            self,
            construct_id,
            runtime=_RUNTIME,
            handler="index.handler",
            # All code is in the layer, which is built and shipped as the others are.
            code=lambda_.Code.from_inline(f"from {_PACKAGE}.{entry_point} import handler\n"),
            layers=[self._layer],
            role=role,
            log_group=log_group,
            description=description,
            timeout=timeout,
            memory_size=_MEMORY_MB,
            environment=environment,
        )
        # CDK lists the role among the function's dependencies although the function names it.
        cast("lambda_.CfnFunction", function.node.default_child).add_metadata("cfn-lint", IGNORED_BY_CFN_LINT)
        # As CDK marks its own helpers: no monitoring takes it for a function of the user.
        function.node.add_metadata(_HELPER_METADATA, True)
        acknowledge_runtime(function, _WHY_NOT_NEWEST)
        return function


def _allow(function: lambda_.Function, statements: Sequence[iam.PolicyStatement]) -> None:
    role = cast("iam.Role", function.role)
    for statement in statements:
        role.add_to_principal_policy(statement)
        acknowledge_patterns(role, statement.resources, _WHY_PATTERNS)


def _layer(scope: Construct) -> lambda_.LayerVersion:
    built = build_python_layer(LAMBDA_SRC / SOURCE, LAYER_CACHE)
    return lambda_.LayerVersion(
        scope,
        f"Code{built.content_hash[:8]}",
        code=lambda_.Code.from_asset(
            str(built.archive), asset_hash=built.content_hash, asset_hash_type=AssetHashType.CUSTOM
        ),
        description="cdk-sentry forwarder",
        license="Apache-2.0",
    )
