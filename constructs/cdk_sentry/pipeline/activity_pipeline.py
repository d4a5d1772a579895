"""ActivityPipeline: user activity in by POST, counted once, out as a history."""

from typing import Any, cast

from aws_cdk import Duration, RemovalPolicy, Tokenization
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as event_sources
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from ..acknowledged import acknowledge
from ..errors import Problems
from .access import ApiAccess, ApiKeys
from .api import activity_api
from .capacity import StreamCapacity
from .functions import activity_function, common_layer
from .settings import PipelineSettings

_QUEUE_RETENTION = Duration.days(14)


class ActivityPipeline(Construct):
    """API Gateway -> ingest -> Kinesis -> validator -> DynamoDB, and a history read from it.

    An event that was acknowledged is stored and counted once, however often it is sent or delivered. A record that
    can never become valid goes to `quarantine`, with reason, bytes and position; one that could not be processed
    within `retry_attempts` and `max_record_age` goes to `failures`. Neither holds up the others.

    Args:
        scope: a stack.
        construct_id: within it.
        capacity: of the stream; by default it grows by itself.
        stream_retention: 1 to 365 days for which records can be read again; 7 by default.
        event_retention: for which single events are kept, longer than the stream keeps them, as an event that comes
            again after that would count again; 400 days by default. Counters stay.
        batch_size: 1 to 1000 records that the validator gets at most; 100 by default.
        batch_window: up to 5 minutes that Lambda waits for a batch to fill; 1 second by default.
        retry_attempts: 0 to 10000 repetitions of a batch that failed; 10 by default.
        max_record_age: 1 minute to 7 days, not above `stream_retention`, after which a record that keeps failing
            is given up; 1 day by default.
        parallelization_factor: 1 to 10 batches of one shard at once, those of one user still one after the other; 1
            by default.
        enhanced_fan_out: whether the validator reads with 2 MB a second and shard of its own, pushed to it, at a
            price; by default it shares the shard's.
        access: who may call the API; by default whoever may sign for it with IAM.
        api_keys: asks for a key of each client beside that; none by default.
        rate_limit: requests a second that the API takes, of all callers together; 500 by default.
        burst_limit: requests at once above that; 1000 by default.
        web_acl_arn: of a regional web ACL (WAF) before the API; none by default.
        encryption_key: of stream, table and queues; AWS's own keys by default.
        xray_tracing: whether X-Ray traces API and functions; not by default. Sentry's tracing is that of
            `SentryMonitoring`. Either trace goes on through the record.
        log_retention: of every log group; three months by default.
        removal_policy: of what holds data: stream, table, queues, logs; they stay by default.

    Attributes:
        api: the REST API.
        ingest: the function behind `POST /activity`.
        stream: holds events on their way.
        validator: the function that reads the stream.
        table: holds events and counters.
        history: the function behind `GET /users/{user_id}/history` and `.../events`.
        quarantine: holds what can never become valid.
        failures: says which records were given up.

    Raises:
        ConfigurationError: (a ValueError) names every wrong parameter, its value, what is allowed.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        capacity: StreamCapacity | None = None,
        stream_retention: Duration | None = None,
        event_retention: Duration | None = None,
        batch_size: int = 100,
        batch_window: Duration | None = None,
        retry_attempts: int = 10,
        max_record_age: Duration | None = None,
        parallelization_factor: int = 1,
        enhanced_fan_out: bool = False,
        access: ApiAccess | None = None,
        api_keys: ApiKeys | None = None,
        rate_limit: float = 500,
        burst_limit: int = 1000,
        web_acl_arn: str | None = None,
        encryption_key: kms.IKey | None = None,
        xray_tracing: bool = False,
        log_retention: logs.RetentionDays = logs.RetentionDays.THREE_MONTHS,
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN,
    ) -> None:
        self._settings = PipelineSettings(
            capacity=StreamCapacity.on_demand() if capacity is None else capacity,
            stream_retention=Duration.days(7) if stream_retention is None else stream_retention,
            event_retention=Duration.days(400) if event_retention is None else event_retention,
            batch_size=batch_size,
            batch_window=Duration.seconds(1) if batch_window is None else batch_window,
            retry_attempts=retry_attempts,
            max_record_age=Duration.days(1) if max_record_age is None else max_record_age,
            parallelization_factor=parallelization_factor,
            enhanced_fan_out=enhanced_fan_out,
            access=ApiAccess.iam() if access is None else access,
            api_keys=api_keys,
            rate_limit=rate_limit,
            burst_limit=burst_limit,
            web_acl_arn=web_acl_arn,
            encryption_key=encryption_key,
            xray_tracing=xray_tracing,
            log_retention=log_retention,
            removal_policy=removal_policy,
        )
        problems = Problems(f"ActivityPipeline {construct_id!r}")
        self._settings.check(problems)
        problems.raise_if_any()
        super().__init__(scope, construct_id)
        self._key = encryption_key

        self.stream = self._stream()
        self.table = self._table()
        self.quarantine = self._last_stop("Quarantine", "holds records that no repetition makes valid")
        self.failures = self._last_stop("Failures", "says which records were given up")

        self._layer = common_layer(self, "Common")
        self.ingest = self._ingest()
        self.validator = self._validator()
        self.validator.add_event_source(self._deliveries())
        self.history = self._history()
        self.api = activity_api(self, "Api", ingest=self.ingest, history=self.history, settings=self._settings)

    def _stream(self) -> kinesis.Stream:
        return kinesis.Stream(
            self,
            "Stream",
            stream_mode=self._settings.capacity.mode,
            shard_count=self._settings.capacity.shards,
            retention_period=self._settings.stream_retention,
            encryption=kinesis.StreamEncryption.KMS if self._key else kinesis.StreamEncryption.MANAGED,
            encryption_key=self._key,
            removal_policy=self._settings.removal_policy,
        )

    def _table(self) -> dynamodb.Table:
        table = dynamodb.Table(
            self,
            "Table",
            partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name="sk", type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            time_to_live_attribute="expires_at",
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED if self._key else None,
            encryption_key=self._key,
            removal_policy=self._settings.removal_policy,
        )
        # Days have no occurred_at, so the index holds events alone.
        table.add_global_secondary_index(
            index_name="by_time",
            partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name="occurred_at", type=dynamodb.AttributeType.STRING),
        )
        # On the resource: of its two names as an argument above one is deprecated, and the other not everywhere known.
        resource = cast("dynamodb.CfnTable", table.node.default_child)
        resource.point_in_time_recovery_specification = dynamodb.CfnTable.PointInTimeRecoverySpecificationProperty(
            point_in_time_recovery_enabled=True
        )
        return table

    def _deliveries(self) -> lambda_.IEventSource:
        how: dict[str, Any] = {
            # From the start: what arrived before the first deployment was done is not passed over.
            "starting_position": lambda_.StartingPosition.TRIM_HORIZON,
            "batch_size": self._settings.batch_size,
            "max_batching_window": self._settings.batch_window,
            "parallelization_factor": self._settings.parallelization_factor,
            "report_batch_item_failures": True,
            "bisect_batch_on_error": True,
            "retry_attempts": self._settings.retry_attempts,
            "max_record_age": self._settings.max_record_age,
            "on_failure": event_sources.SqsDlq(self.failures),
        }
        if not self._settings.enhanced_fan_out:
            return event_sources.KinesisEventSource(self.stream, **how)
        consumer = kinesis.StreamConsumer(self, "Consumer", stream=self.stream, stream_consumer_name="validator")
        return event_sources.KinesisConsumerEventSource(consumer, **how)

    def _ingest(self) -> lambda_.Function:
        function = self._function(
            "Ingest",
            module="activity_ingest",
            environment={"STREAM_NAME": self.stream.stream_name},
            timeout=Duration.seconds(15),
        )
        self.stream.grant(function, "kinesis:PutRecords")
        self._grant_key(function)
        return function

    def _validator(self) -> lambda_.Function:
        function = self._function(
            "Validate",
            module="activity_validate",
            environment={
                "TABLE_NAME": self.table.table_name,
                "QUARANTINE_URL": self.quarantine.queue_url,
                "EVENT_RETENTION_S": Tokenization.stringify_number(self._settings.event_retention.to_seconds()),
            },
            timeout=Duration.minutes(1),
        )
        # A transaction needs the permissions of its parts.
        _allow(function, self.table.table_arn, "dynamodb:PutItem", "dynamodb:UpdateItem")
        _allow(function, self.quarantine.queue_arn, "sqs:SendMessage")
        self._grant_key(function)
        return function

    def _history(self) -> lambda_.Function:
        function = self._function(
            "History",
            module="activity_history",
            environment={"TABLE_NAME": self.table.table_name},
            timeout=Duration.seconds(15),
        )
        _allow(function, self.table.table_arn, "dynamodb:Query")
        _allow(function, f"{self.table.table_arn}/index/by_time", "dynamodb:Query")
        self._grant_key(function)
        return function

    def _grant_key(self, function: lambda_.Function) -> None:
        if self._key is not None:
            self._key.grant_encrypt_decrypt(function)

    def _function(
        self, construct_id: str, *, module: str, environment: dict[str, str], timeout: Duration
    ) -> lambda_.Function:
        return activity_function(
            self,
            construct_id,
            module=module,
            layer=self._layer,
            environment=environment,
            timeout=timeout,
            memory_mb=512,
            settings=self._settings,
        )

    def _last_stop(self, construct_id: str, what: str) -> sqs.Queue:
        queue = sqs.Queue(
            self,
            construct_id,
            retention_period=_QUEUE_RETENTION,
            encryption=sqs.QueueEncryption.KMS if self._key else sqs.QueueEncryption.SQS_MANAGED,
            encryption_master_key=self._key,
            enforce_ssl=True,
            removal_policy=self._settings.removal_policy,
        )
        acknowledge(queue, {"AwsSolutions-SQS3": f"This queue is the last stop: it {what}, for a person to look at."})
        return queue


def _allow(function: lambda_.Function, resource_arn: str, *actions: str) -> None:
    function.add_to_role_policy(iam.PolicyStatement(actions=list(actions), resources=[resource_arn]))
