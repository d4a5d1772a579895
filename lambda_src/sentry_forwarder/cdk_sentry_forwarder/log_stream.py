"""Reads the lines around a fault from its log stream."""

from cdk_sentry_forwarder import aws
from cdk_sentry_forwarder.log_lines import Line, read_line

_MAX_LINES = 500
REPORTED_WITHIN_MS = 5_000
"""The platform's report of an invocation is written moments after the line that names its fault."""


def lines_until(log_group: str, log_stream: str, timestamp_ms: int) -> list[Line]:
    """The latest lines of a stream up to and with a moment, in order; empty where they cannot be read.

    Args:
        log_group: of the stream.
        log_stream: which.
        timestamp_ms: the moment, since the epoch.
    """
    try:
        answer = aws.client("logs").get_log_events(
            logGroupName=log_group,
            logStreamName=log_stream,
            endTime=timestamp_ms + 1,  # it is exclusive
            limit=_MAX_LINES,
            startFromHead=False,
        )
    except aws.Error as problem:
        # The fault itself is known: it is reported without the lines around it.
        print(f"cdk-sentry: {log_stream} of {log_group} could not be read: {problem}")  # noqa: T201
        return []
    return [read_line(int(event["timestamp"]), str(event["message"])) for event in answer["events"]]
