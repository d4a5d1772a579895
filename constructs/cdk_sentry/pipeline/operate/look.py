"""What was set aside, and why, without taking it off its queue."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .deployed import Deployed
from .queue import waiting


@dataclass(frozen=True)
class SetAside:
    """One message.

    Attributes:
        queue: `quarantine` or `failures`.
        why: in words.
        records: of the stream that it stands for.
        arrived: on the stream; of the first of its records.
        message: as it is in the queue; holds what a user sent.
    """

    queue: str
    why: str
    records: int
    arrived: datetime
    message: dict[str, Any]


def in_quarantine(sqs: Any, deployed: Deployed) -> Iterator[SetAside]:
    """Records that can never become valid.

    Args:
        sqs: client of boto3.
        deployed: the pipeline.
    """
    for message in waiting(sqs, deployed.quarantine_url):
        body, reason = message.body, message.body["reason"]
        arrived = datetime.fromtimestamp(body["position"]["arrived_at_s"], UTC)
        yield SetAside("quarantine", f"{reason['field']}: must be {reason['allowed']}", 1, arrived, body)


def given_up(sqs: Any, deployed: Deployed) -> Iterator[SetAside]:
    """Batches that Lambda gave up. Their records are on the stream, for as long as it keeps them.

    Source of the form: docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html

    Args:
        sqs: client of boto3.
        deployed: the pipeline.
    """
    for message in waiting(sqs, deployed.failures_url):
        batch = message.body["KinesisBatchInfo"]
        why = message.body["requestContext"]["condition"]
        arrived = datetime.fromisoformat(batch["approximateArrivalOfFirstRecord"])
        yield SetAside("failures", why, int(batch["batchSize"]), arrived, message.body)
