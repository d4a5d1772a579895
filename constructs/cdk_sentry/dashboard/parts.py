"""What is shown of each part of a pipeline, in the order in which data flows through it.

Each row answers: is it working, is it slow, is it losing anything. Metric names are those of the services' pages named
in alarms/*.py.
"""

from dataclasses import dataclass

from ..alarms import firehose
from .graph import Graph, Series

_API = "AWS/ApiGateway"


@dataclass(frozen=True)
class Part:
    """One row of the dashboard.

    Attributes:
        title: heads it.
        kind: of the resources that it shows.
        graphs: from left to right.
        trait: which of them, by what they are used for; all when left out.
        without_trait: which of them not.
    """

    title: str
    kind: str
    graphs: tuple[Graph, ...]
    trait: str | None = None
    without_trait: str | None = None

    def shows(self, kind: str, traits: frozenset[str]) -> bool:
        """Whether a resource is in this row."""
        return kind == self.kind and (self.trait is None or self.trait in traits) and self.without_trait not in traits


def _sums(namespace: str, title: str, **labels: str) -> Graph:
    """A graph of sums; metric and label."""
    return Graph(title, namespace, tuple(Series(name, "Sum", text) for name, text in labels.items()))


def _one(namespace: str, title: str, metric_name: str, statistic: str) -> Graph:
    return Graph(title, namespace, (Series(metric_name, statistic),))


def _api(kind: str, title: str, client_errors: str, server_errors: str) -> Part:
    latency = (Series("Latency", "p95", "p95"), Series("IntegrationLatency", "p95", "p95 behind it"))
    return Part(
        title,
        kind,
        (
            _one(_API, "Requests", "Count", "Sum"),
            _sums(_API, "Errors", **{server_errors: "server (5xx)", client_errors: "caller (4xx)"}),
            Graph("Latency (ms)", _API, latency),
        ),
    )


_LAMBDA = "AWS/Lambda"
_FUNCTION_GRAPHS = (
    _one(_LAMBDA, "Invocations", "Invocations", "Sum"),
    _one(_LAMBDA, "Errors", "Errors", "Sum"),
    _one(_LAMBDA, "Throttles", "Throttles", "Sum"),
    _one(_LAMBDA, "Duration, p95 (ms)", "Duration", "p95"),
)
_SQS = "AWS/SQS"
_KINESIS = "AWS/Kinesis"
_DYNAMODB = "AWS/DynamoDB"
_STATES = "AWS/States"
_FIREHOSE = "AWS/Firehose"
_THROUGHPUT_GRAPHS = (
    _sums(_DYNAMODB, "Capacity used", ConsumedReadCapacityUnits="reads", ConsumedWriteCapacityUnits="writes"),
    _sums(_DYNAMODB, "Refused for lack of throughput", ReadThrottleEvents="reads", WriteThrottleEvents="writes"),
)

PARTS = (
    _api("rest_api", "API", "4XXError", "5XXError"),
    _api("http_api", "HTTP API", "4xx", "5xx"),
    Part(
        "WebSocket API",
        "websocket_api",
        (
            _sums(_API, "Messages", ConnectCount="connections", MessageCount="messages"),
            _sums(_API, "Errors", ExecutionError="not called", IntegrationError="answered", ClientError="caller (4xx)"),
            _one(_API, "Latency behind it, p95 (ms)", "IntegrationLatency", "p95"),
        ),
    ),
    Part(
        "Event rules",
        "event_rule",
        (_sums("AWS/Events", "Events handed on and lost", Invocations="handed on", FailedInvocations="lost"),),
    ),
    Part("Functions", "function", _FUNCTION_GRAPHS, without_trait="stream_reader"),
    Part(
        "Topics",
        "topic",
        (
            _sums(
                "AWS/SNS",
                "Messages published, deliveries failed",
                NumberOfMessagesPublished="published",
                NumberOfNotificationsFailed="failed",
            ),
        ),
    ),
    Part(
        "Queues",
        "queue",
        (
            _one(_SQS, "Messages waiting", "ApproximateNumberOfMessagesVisible", "Maximum"),
            _one(_SQS, "Oldest message (s)", "ApproximateAgeOfOldestMessage", "Maximum"),
            _sums(_SQS, "Messages in and out", NumberOfMessagesSent="in", NumberOfMessagesDeleted="out"),
        ),
        without_trait="dead_letter",
    ),
    Part(
        "Streams",
        "stream",
        (
            _one(_KINESIS, "Records in", "IncomingRecords", "Sum"),
            _one(_KINESIS, "Age of what is read (ms)", "GetRecords.IteratorAgeMilliseconds", "Maximum"),
            _sums(
                _KINESIS,
                "Refused for lack of throughput",
                WriteProvisionedThroughputExceeded="writes",
                ReadProvisionedThroughputExceeded="reads",
            ),
        ),
    ),
    Part(
        "Functions that read streams",
        "function",
        (*_FUNCTION_GRAPHS[:3], _one(_LAMBDA, "Age of what is read (ms)", "IteratorAge", "Maximum")),
        trait="stream_reader",
    ),
    Part(
        "State machines",
        "state_machine",
        (
            _sums(_STATES, "Executions", ExecutionsStarted="started", ExecutionsSucceeded="succeeded"),
            _sums(_STATES, "Executions lost", ExecutionsFailed="failed", ExecutionsTimedOut="timed out"),
            _one(_STATES, "Time of executions, p95 (ms)", "ExecutionTime", "p95"),
        ),
    ),
    Part(
        "Tables",
        "table",
        (
            *_THROUGHPUT_GRAPHS,
            _one(_DYNAMODB, "Conditions that failed", "ConditionalCheckFailedRequests", "Sum"),
        ),
    ),
    Part("Indexes of tables", "index", _THROUGHPUT_GRAPHS),
    *(
        Part(
            f"Delivery streams to {metric.removeprefix('DeliveryTo')}",
            "delivery_stream",
            (
                _one(_FIREHOSE, "Records in", "IncomingRecords", "Sum"),
                _one(_FIREHOSE, "Oldest record not delivered (s)", f"{metric}.DataFreshness", "Maximum"),
            ),
            trait=metric,
        )
        for metric in firehose.METRICS
    ),
    Part(
        "What could not be processed",
        "queue",
        (
            _one(_SQS, "Messages waiting for a person", "ApproximateNumberOfMessagesVisible", "Maximum"),
            _one(_SQS, "Oldest message (s)", "ApproximateAgeOfOldestMessage", "Maximum"),
        ),
        trait="dead_letter",
    ),
)
