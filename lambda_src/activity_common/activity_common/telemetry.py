"""What a function says of itself: log records and metrics, in the vocabulary of the kit's Sentry tags.

Lambda's JSON log format writes every attribute of a record as a field. Metrics are Powertools': lines of CloudWatch's
embedded metric format in the same log, so that counting costs no call.
"""

import functools
import json
import logging
import os
from collections.abc import Callable
from typing import Any, Final

from aws_lambda_powertools.metrics import Metrics, MetricUnit

NAMESPACE: Final = "ActivityPipeline"

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


def _tags() -> dict[str, str]:
    variables = os.environ
    tags: dict[str, str] = json.loads(variables.get("SENTRY_TAGS", "{}"))
    return {
        "service": tags.get("service") or variables.get("POWERTOOLS_SERVICE_NAME", "activity"),
        "function_name": variables.get("AWS_LAMBDA_FUNCTION_NAME", ""),
        "function_version": variables.get("AWS_LAMBDA_FUNCTION_VERSION", ""),
        "memory_mb": variables.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", ""),
        "aws_region": variables.get("AWS_REGION", ""),
    }


class _Vocabulary(logging.Filter):
    """Puts the tags on every record, and whether the environment is new."""

    def __init__(self) -> None:
        super().__init__()
        self.tags = _tags()
        self.invocations = 0

    def filter(self, record: logging.LogRecord) -> bool:
        vars(record).update(self.tags, cold_start=self.invocations <= 1)
        return True


_vocabulary = _Vocabulary()
_metrics = Metrics(namespace=NAMESPACE, service=_vocabulary.tags["service"])


def logger(name: str) -> logging.Logger:
    """The logger of one function, at INFO; it never gets a user's data."""
    made = logging.getLogger(f"activity.{name}")
    made.setLevel(logging.INFO)
    made.addFilter(_vocabulary)
    return made


def count(**counts: int) -> None:
    """Adds to metrics of the namespace `ActivityPipeline`; zero is a figure, too."""
    for name, value in counts.items():
        _metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)


def observed(handler: Handler) -> Handler:
    """Counts invocations, and writes what was counted in each when it ends."""

    @functools.wraps(handler)
    def observing(event: dict[str, Any], context: Any) -> dict[str, Any]:
        _vocabulary.invocations += 1
        try:
            return handler(event, context)
        finally:
            if _metrics.metric_set:
                _metrics.flush_metrics()

    return observing
