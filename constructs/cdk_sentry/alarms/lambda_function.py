"""The alarms on one Lambda function.

Metric names and units: docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html.
"""

from collections.abc import Iterator

from .alarm import AlarmRule
from .alarms import Alarms

_NAMESPACE = "AWS/Lambda"


def rules(alarms: Alarms) -> Iterator[AlarmRule]:
    """Yields the rules that are switched on, for any function.

    Args:
        alarms: the user's choice.
    """
    if alarms.function_errors is not None:
        yield AlarmRule(
            name="Errors",
            namespace=_NAMESPACE,
            metric_name="Errors",
            statistic="Sum",
            threshold=alarms.function_errors,
            meaning="invocations fail: an exception, a timeout, no memory left, or a handler that cannot be loaded. "
            "Look at the function's issues in Sentry, then at its log.",
        )
    if alarms.function_throttles is not None:
        yield AlarmRule(
            name="Throttles",
            namespace=_NAMESPACE,
            metric_name="Throttles",
            statistic="Sum",
            threshold=alarms.function_throttles,
            meaning="Lambda refuses invocations: the function's reserved concurrency or the account's limit is "
            "reached. Compare ConcurrentExecutions with both.",
        )
