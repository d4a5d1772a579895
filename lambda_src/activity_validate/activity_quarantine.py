"""Keeps what can never become valid: why, which bytes, and where on the stream they are."""

import base64
import hashlib
import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from activity_common import telemetry
from activity_common.invalid import Invalid
from botocore.exceptions import BotoCoreError, ClientError

logger = telemetry.logger("validate")

ATTEMPTS: Final = 4
FIRST_BACKOFF_S: Final = 0.05
# What one more call may take (1 s to connect, 5 s to answer), with the batch's answer still given in time.
RESERVE_MS: Final = 7000

# As base64 inside JSON it stays under 256 KiB, which every SQS queue takes. Ingest lets no event of this size
# through; another producer may, and then the stream still has all of it.
MAX_ORIGINAL_BYTES: Final = 180 * 1024


@dataclass(frozen=True, slots=True)
class Quarantine:
    """The quarantine queue.

    Attributes:
        client: SQS, of boto3.
        url: of the queue.
        time_left_ms: milliseconds until the function is stopped.
        sleep: waits so many seconds.
    """

    client: Any
    url: str
    time_left_ms: Callable[[], int]
    sleep: Callable[[float], None] = field(default=time.sleep)

    def put(self, record: dict[str, Any], reason: Invalid) -> bool:
        """Sends one message; a record that is delivered again may be sent again, its position tells.

        Args:
            record: as the event source mapping delivered it.
            reason: why it can never be stored.

        Returns:
            Whether the queue has it.
        """
        body = json.dumps(_message(record, reason))
        for attempt in range(ATTEMPTS):
            if self.time_left_ms() < RESERVE_MS:
                return False
            try:
                self.client.send_message(QueueUrl=self.url, MessageBody=body)
            except (BotoCoreError, ClientError) as error:
                logger.warning("send_message failed", extra={"error": type(error).__name__})
                self.sleep(random.uniform(0, FIRST_BACKOFF_S * 2**attempt))  # noqa: S311 - jitter, not cryptography
            else:
                return True
        return False


def _message(record: dict[str, Any], reason: Invalid) -> dict[str, Any]:
    kinesis = record["kinesis"]
    original = base64.b64decode(kinesis["data"])
    shard_id, _, sequence_number = record["eventID"].partition(":")
    return {
        "reason": {"field": reason.field, "allowed": reason.allowed},
        "original": base64.b64encode(original[:MAX_ORIGINAL_BYTES]).decode(),
        "original_bytes": len(original),
        "original_sha256": hashlib.sha256(original).hexdigest(),
        "position": {
            "stream_arn": record["eventSourceARN"],
            "shard_id": shard_id,
            "sequence_number": sequence_number,
            "partition_key": kinesis["partitionKey"],
            "arrived_at_s": kinesis["approximateArrivalTimestamp"],
        },
    }
