"""Days in the life of a pipeline, as the values that each service sends to CloudWatch in each minute.

Every day is the same healthy one, with its traffic, its cold starts and its small harmless troubles, and on it what the
scenario is about. The same seed gives the same day.
"""

import math
import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from cdk_sentry.alarms import firehose

# Namespace, metric, and what of a resource it is about where that measures several: an index, an operation, a function.
Key = tuple[str, str, str]
Minutes = list[list[float]]

DAY = 24 * 60
_LAMBDA, _API, _KINESIS = "AWS/Lambda", "AWS/ApiGateway", "AWS/Kinesis"
_DYNAMODB, _SQS, _STATES = "AWS/DynamoDB", "AWS/SQS", "AWS/States"
# As alarms see the function: 10 reserved, a timeout of 10 s; the stream keeps 24 hours.
RESERVED_CONCURRENCY, TIMEOUT_S, RETENTION_HOURS, CAPACITY_UNITS = 10, 10, 24, 50
# Requests that a healthy API refuses as the caller's fault.
_REFUSED_SHARE = 0.02


# Functions of the account, as an alarm on a fleet sees them; the other alarms see the first.
FUNCTIONS = ("orders", "payments", "reports")
INDEX = "by-time"


def _empty() -> Minutes:
    return [[] for _ in range(DAY)]


@dataclass
class Day:
    """What arrived in each minute of a day, by metric."""

    series: defaultdict[Key, Minutes] = field(default_factory=lambda: defaultdict(_empty))

    def of(self, namespace: str, metric_name: str, part: str = "") -> Minutes:
        """The values of a metric; empty minutes where nothing was sent."""
        return self.series[namespace, metric_name, part]

    def functions(self, namespace: str, metric_name: str) -> list[str]:
        """The functions of the account that send a metric."""
        return [part for space, name, part in self.series if (space, name) == (namespace, metric_name) and part]

    def put(
        self,
        minutes: Iterable[int],
        namespace: str,
        values: dict[str, float | Callable[[int], float]],
        *,
        part: str = "",
    ) -> None:
        """Sends values in some minutes, beside what is there."""
        for minute in minutes:
            for name, value in values.items():
                self.of(namespace, name, part)[minute].append(value(minute) if callable(value) else value)

    def replace(self, minutes: Iterable[int], namespace: str, values: dict[str, Callable[[int], list[float]]]) -> None:
        """Sends values in some minutes instead of what is there."""
        for minute in minutes:
            for name, value in values.items():
                self.of(namespace, name)[minute] = value(minute)


def clock(hours: int, minutes: int = 0) -> int:
    """The minute of a time of day."""
    return hours * 60 + minutes


def healthy_day(seed: int = 1) -> Day:
    """Traffic by day and little at night; every hour a cold start, and troubles that mend themselves."""
    chance, day = random.Random(seed), Day()
    for minute in range(DAY):
        requests = round(3 + 60 * max(0.0, math.sin((minute - clock(6)) / DAY * 2 * math.pi)) + chance.random() * 4)
        latencies = [chance.lognormvariate(4.6, 0.35) for _ in range(requests)]
        if minute % 60 == 0:
            latencies[0] += 900  # a cold start
        for namespace, name in ((_API, "Latency"), (_API, "IntegrationLatency")):
            day.of(namespace, name)[minute] = list(latencies)
        day.of(_LAMBDA, "Duration")[minute] = [each * 0.8 for each in latencies]
        day.put([minute], _LAMBDA, {"Invocations": requests, "Errors": 0, "Throttles": 0})
        for function in FUNCTIONS:
            day.put([minute], _LAMBDA, {"Errors": 0, "Throttles": 0}, part=function)
        refused = sum(chance.random() < _REFUSED_SHARE for _ in range(requests))
        day.put([minute], _API, {"Count": requests, "5XXError": 0, "5xx": 0, "4XXError": refused, "4xx": refused})
        day.put([minute], _API, {"MessageCount": requests, "ExecutionError": 0, "IntegrationError": 0})
        day.put(
            [minute], _LAMBDA, {"ConcurrentExecutions": 1 + requests // 20, "IteratorAge": chance.uniform(50, 2000)}
        )
        day.put([minute], _KINESIS, {"GetRecords.IteratorAgeMilliseconds": chance.uniform(0, 1500)})
        used = {"ConsumedReadCapacityUnits": requests * 0.5, "ConsumedWriteCapacityUnits": float(requests)}
        for part in ("", INDEX):
            day.put([minute], _DYNAMODB, dict(used), part=part)
        day.put([minute], _SQS, {"ApproximateAgeOfOldestMessage": chance.uniform(0, 40)})
        day.put([minute], "AWS/Firehose", {"DeliveryToS3.DataFreshness": chance.uniform(60, 330)})
    # Two consumers that meet at a shard, a burst that auto scaling follows, one retry inside the service.
    day.put(range(7, DAY, 97), _KINESIS, {"ReadProvisionedThroughputExceeded": 1})
    day.put([clock(9), clock(9, 1)], _DYNAMODB, {"WriteThrottleEvents": 3})
    day.put([clock(15)], _KINESIS, {"PutRecords.FailedRecords": 1, "WriteProvisionedThroughputExceeded": 4})
    day.put(range(0, DAY, 3), _DYNAMODB, {"ConditionalCheckFailedRequests": 1})
    day.put([clock(17)], _DYNAMODB, {"SystemErrors": 1}, part="PutItem")
    return day


def quiet_night() -> Day:
    """Nobody calls from midnight to six: no data, except for what measures standing still."""
    day = healthy_day()
    night = range(clock(6))
    for (namespace, name, _), minutes in day.series.items():
        if namespace in (_LAMBDA, _API) and name != "IteratorAge":
            for minute in night:
                minutes[minute] = []
    return day


def error_burst() -> Day:
    """A release at 14:00 makes every fourth request fail; it is rolled back at 14:20."""
    day, burst = healthy_day(), range(clock(14), clock(14, 20))
    for part in ("", FUNCTIONS[0]):
        day.put(burst, _LAMBDA, {"Errors": 12}, part=part)
    day.put(burst, _API, {"5XXError": 12, "5xx": 12, "IntegrationError": 12})
    day.put(range(clock(14, 5), clock(14, 20)), _LAMBDA, {"AsyncEventsDropped": 2, "DeadLetterErrors": 1})
    day.put(burst, _LAMBDA, {"DestinationDeliveryFailures": 1})
    # The first event that was given up waits until somebody comes at four.
    day.put(range(clock(14, 6), clock(16)), _SQS, {"ApproximateNumberOfMessagesVisible": 3})
    return day


def throttle_storm() -> Day:
    """At noon ten times the traffic, for half an hour: concurrency, shards and table are full, callers refused."""
    day, storm = healthy_day(), range(clock(12), clock(12, 30))
    for part in ("", FUNCTIONS[1]):
        day.put(storm, _LAMBDA, {"Throttles": 200}, part=part)
    day.put(storm, _LAMBDA, {"ConcurrentExecutions": RESERVED_CONCURRENCY})
    day.put(storm, _LAMBDA, {"AsyncEventAge": lambda minute: (minute - storm.start) * 60_000.0})
    day.put(storm, _API, {"Count": 600, "MessageCount": 600, "5XXError": 50, "5xx": 50, "4XXError": 300, "4xx": 300})
    day.put(storm, _KINESIS, {"WriteProvisionedThroughputExceeded": 500, "ReadProvisionedThroughputExceeded": 20})
    full = CAPACITY_UNITS * 60 * 0.95
    for part in ("", INDEX):
        day.put(storm, _DYNAMODB, {"WriteThrottleEvents": 80, "ReadThrottleEvents": 60}, part=part)
        day.put(storm, _DYNAMODB, {"ConsumedReadCapacityUnits": full, "ConsumedWriteCapacityUnits": full}, part=part)
    day.put(storm, _STATES, {"ExecutionThrottled": 30})
    return day


def slow_creep() -> Day:
    """From eight in the morning every answer takes 14 ms longer each minute, until eight in the evening."""
    day = healthy_day()

    def slower(minute: int) -> float:
        return (minute - clock(8)) * 14.0

    for minute in range(clock(8), clock(20)):
        for namespace, name in ((_API, "Latency"), (_API, "IntegrationLatency"), (_LAMBDA, "Duration")):
            minutes = day.of(namespace, name)
            minutes[minute] = [min(each + slower(minute), TIMEOUT_S * 1000 - 100) for each in minutes[minute]]
    return day


def stream_falls_behind() -> Day:
    """From six in the morning the reader of the stream stands still at one record, and is mended at eight at night."""
    day, still = healthy_day(), range(clock(6), clock(20))

    def age(minute: int) -> list[float]:
        return [(minute - clock(6)) * 60_000.0]

    day.replace(still, _LAMBDA, {"IteratorAge": age})
    day.replace(still, _KINESIS, {"GetRecords.IteratorAgeMilliseconds": age})
    return day


def dependency_outage() -> Day:
    """From ten to eleven what this pipeline talks to is down: subscribers, targets, tasks, the archive's bucket."""
    day, outage = healthy_day(), range(clock(10), clock(11))
    day.put(outage, "AWS/SNS", {"NumberOfNotificationsFailed": 4, "NumberOfNotificationsFailedToRedriveToDlq": 4})
    day.put(outage, "AWS/Events", {"FailedInvocations": 1})
    day.put(outage, _STATES, {"ExecutionsFailed": 2, "ExecutionsTimedOut": 1})
    day.put(outage, _KINESIS, {"PutRecords.FailedRecords": 20})
    day.put(outage, _API, {"ExecutionError": 5})
    day.put(outage, _DYNAMODB, {"UserErrors": 40, "ConditionalCheckFailedRequests": 60})
    for operation in ("PutItem", "Query"):
        day.put(outage, _DYNAMODB, {"SystemErrors": 2}, part=operation)

    def age_s(minute: int) -> list[float]:
        return [(minute - outage.start) * 60.0 + 60]

    day.replace(outage, _SQS, {"ApproximateAgeOfOldestMessage": age_s})
    for metric in firehose.METRICS:
        day.replace(outage, "AWS/Firehose", {f"{metric}.DataFreshness": age_s})
    return day


SCENARIOS: dict[str, Callable[[], Day]] = {
    "healthy day": healthy_day,
    "no traffic at night": quiet_night,
    "error burst": error_burst,
    "throttle storm": throttle_storm,
    "slow creep": slow_creep,
    "stream falls behind": stream_falls_behind,
    "dependency outage": dependency_outage,
}
