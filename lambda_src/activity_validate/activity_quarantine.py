"""Keeps what can never become valid: why, which bytes, and where on the stream they are."""

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final

from activity_common.invalid import Invalid

# As base64 inside JSON it stays under 256 KiB, which every SQS queue takes. Ingest lets no event of this size
# through; another producer may, and then the stream still has all of it.
MAX_ORIGINAL_BYTES: Final = 180 * 1024


@dataclass(frozen=True, slots=True)
class Quarantine:
    """The quarantine queue."""

    client: Any
    url: str

    def put(self, record: dict[str, Any], reason: Invalid) -> None:
        """Sends one message; a record that is delivered again may be sent again, its position tells.

        Args:
            record: as the event source mapping delivered it.
            reason: why it can never be stored.
        """
        kinesis = record["kinesis"]
        original = base64.b64decode(kinesis["data"])
        shard_id, _, sequence_number = record["eventID"].partition(":")
        message = {
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
        self.client.send_message(QueueUrl=self.url, MessageBody=json.dumps(message))
