"""ActivityPipeline: user activity in by POST, counted once, out as a history."""

from aws_cdk import Acknowledgment, Duration, RemovalPolicy, Tokenization, Validations
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as event_sources
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from ..errors import Problems
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
        rate_limit: requests a second that the API takes, of all callers together; 500 by default.
        burst_limit: requests at once above that; 1000 by default.
        log_retention: of every log group; three months by default.
        removal_policy: of what holds data: stream, table, queues, logs; they stay by default.

    Attributes:
        api: the REST API.
        ingest: the function behind `POST /activity`.
        stream: holds events on their way.
        validator: the function that reads the stream.
        table: holds events and counters.
        history: the function behind `GET /users/{user_id}/history`.
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
        rate_limit: float = 500,
        burst_limit: int = 1000,
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
            rate_limit=rate_limit,
            burst_limit=burst_limit,
            log_retention=log_retention,
            removal_policy=removal_policy,
        )
        problems = Problems(f"ActivityPipeline {construct_id!r}")
        self._settings.check(problems)
        problems.raise_if_any()
        super().__init__(scope, construct_id)

        self.stream = self._stream()
        self.table = self._table()
        self.quarantine = self._last_stop("Quarantine", "holds records that no repetition makes valid")
        self.failures = self._last_stop("Failures", "says which records were given up")

        self._layer = common_layer(self, "Common")
        self.ingest = self._ingest()
        self.validator = self._validator()
        self.validator.add_event_source(self._deliveries())
        self.history = self._history()
        self.api = activity_api(
            self,
            "Api",
            ingest=self.ingest,
            history=self.history,
            rate_limit=rate_limit,
            burst_limit=burst_limit,
            log_retention=log_retention,
            removal_policy=removal_policy,
        )

    def _stream(self) -> kinesis.Stream:
        return kinesis.Stream(
            self,
            "Stream",
            stream_mode=self._settings.capacity.mode,
            shard_count=self._settings.capacity.shards,
            retention_period=self._settings.stream_retention,
            encryption=kinesis.StreamEncryption.MANAGED,
            removal_policy=self._settings.removal_policy,
        )

    def _table(self) -> dynamodb.Table:
        return dynamodb.Table(
            self,
            "Table",
            partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name="sk", type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            time_to_live_attribute="expires_at",
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            removal_policy=self._settings.removal_policy,
        )

    def _deliveries(self) -> event_sources.KinesisEventSource:
        return event_sources.KinesisEventSource(
            self.stream,
            # From the start: what arrived before the first deployment was done is not passed over.
            starting_position=lambda_.StartingPosition.TRIM_HORIZON,
            batch_size=self._settings.batch_size,
            max_batching_window=self._settings.batch_window,
            report_batch_item_failures=True,
            bisect_batch_on_error=True,
            retry_attempts=self._settings.retry_attempts,
            max_record_age=self._settings.max_record_age,
            on_failure=event_sources.SqsDlq(self.failures),
        )

    def _ingest(self) -> lambda_.Function:
        function = self._function(
            "Ingest",
            module="activity_ingest",
            environment={"STREAM_NAME": self.stream.stream_name},
            timeout=Duration.seconds(15),
        )
        self.stream.grant(function, "kinesis:PutRecords")
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
        self.table.grant(function, "dynamodb:PutItem", "dynamodb:UpdateItem")
        self.quarantine.grant(function, "sqs:SendMessage")
        return function

    def _history(self) -> lambda_.Function:
        function = self._function(
            "History",
            module="activity_history",
            environment={"TABLE_NAME": self.table.table_name},
            timeout=Duration.seconds(15),
        )
        self.table.grant(function, "dynamodb:Query")
        return function

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
            log_retention=self._settings.log_retention,
            removal_policy=self._settings.removal_policy,
        )

    def _last_stop(self, construct_id: str, what: str) -> sqs.Queue:
        queue = sqs.Queue(
            self,
            construct_id,
            retention_period=_QUEUE_RETENTION,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            removal_policy=self._settings.removal_policy,
        )
        Validations.of(queue).acknowledge(
            Acknowledgment(
                id="AwsSolutions-SQS3",
                reason=f"This queue is the last stop: it {what}, for a person to look at.",
            )
        )
        return queue
