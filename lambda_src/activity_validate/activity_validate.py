"""Takes records from the stream: valid events into the table, what can never be valid into quarantine."""

import base64
import functools
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import boto3
from activity_common import record, telemetry
from activity_common.contract import CLOCK_SKEW, check
from activity_common.invalid import Invalid
from activity_quarantine import Quarantine
from activity_store import Item, Store, item_of
from botocore.config import Config

logger = telemetry.logger("validate")


@telemetry.observed
def handler(batch: dict[str, Any], context: Any) -> dict[str, Any]:
    """Processes one batch.

    Args:
        batch: Kinesis records as the event source mapping delivers them.
        context: Lambda's; used for the time that is left.

    Returns:
        The records that must come again, for `ReportBatchItemFailures`. Lambda then delivers everything from the
        first of them again; what was stored already changes nothing.
    """
    validator = Validator(
        store=Store(_client("dynamodb"), os.environ["TABLE_NAME"], context.get_remaining_time_in_millis),
        quarantine=Quarantine(_client("sqs"), os.environ["QUARANTINE_URL"], context.get_remaining_time_in_millis),
        retention_s=int(os.environ["EVENT_RETENTION_S"]),
    )
    failed = validator.process(batch["Records"])
    return {"batchItemFailures": [{"itemIdentifier": sequence_number} for sequence_number in failed]}


@dataclass(frozen=True, slots=True)
class Validator:
    """What a batch is processed with."""

    store: Store
    quarantine: Quarantine
    retention_s: int

    def process(self, records: list[dict[str, Any]]) -> list[str]:
        """Stores or quarantines every record.

        Returns:
            Sequence numbers of the records for which neither was possible now, in the order of the batch.
        """
        items: dict[Item, dict[str, Any]] = {}
        poison: list[tuple[dict[str, Any], Invalid]] = []
        for each in records:
            try:
                items[self._item(each)] = each
            except Invalid as reason:
                poison.append((each, reason))
        outcome = self.store.add(list(items))
        poison += [(items[item], reason) for item, reason in outcome.never.items()]
        failed = {_sequence_number(items[item]) for item in outcome.later}
        if failed:
            extra = {"failed_events": len(failed), "errors": dict(outcome.errors)}
            logger.error("events not stored, will be delivered again", extra=extra)
        failed |= {_sequence_number(each) for each, reason in poison if not self._set_aside(each, reason)}
        telemetry.count(
            EventsStored=outcome.stored,
            EventsKnown=outcome.known,
            RecordsPoison=len(poison),
            RecordsFailed=len(failed),
        )
        return [number for each in records if (number := _sequence_number(each)) in failed]

    def _item(self, each: dict[str, Any]) -> Item:
        # The time of arrival, not now: whoever delivers the record again finds the same.
        arrived_at_s = each["kinesis"]["approximateArrivalTimestamp"]
        data = base64.b64decode(each["kinesis"]["data"])
        candidate, request_id = record.decode(data)
        # Kinesis' clock may be behind that of ingest, and what was acknowledged must not be refused.
        event = check(candidate, now=datetime.fromtimestamp(arrived_at_s, UTC) + CLOCK_SKEW)
        expires_at_s = int(arrived_at_s) + self.retention_s
        return item_of(event, expires_at_s=expires_at_s, request_id=request_id, size_bytes=len(data))

    def _set_aside(self, each: dict[str, Any], reason: Invalid) -> bool:
        position = {"shard_and_sequence_number": each["eventID"]}
        if not self.quarantine.put(each, reason):
            logger.error("record not quarantined, will be delivered again", extra=position)
            return False
        # Without the stack trace: its variables would carry the user's data to Sentry.
        logger.error("record quarantined: %s", reason, extra={**position, "field": reason.field})
        return True


def _sequence_number(each: dict[str, Any]) -> str:
    return str(each["kinesis"]["sequenceNumber"])


@functools.cache
def _client(service: str) -> Any:
    # DynamoDB's calls are repeated by the store, which knows what is left of the time.
    retries = {"mode": "standard", "total_max_attempts": 1}
    # The requests are built here and nowhere else: checking each against the service's model costs a third of the CPU.
    config = Config(connect_timeout=1, read_timeout=5, retries=retries, parameter_validation=False)
    return boto3.client(service, config=config)
