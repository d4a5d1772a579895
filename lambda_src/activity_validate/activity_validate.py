"""Takes records from the stream: valid events into the table, what can never be valid into quarantine."""

import base64
import functools
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import activity_store
import boto3
from activity_common import record
from activity_common.contract import CLOCK_SKEW, check
from activity_common.invalid import Invalid
from activity_quarantine import Quarantine
from botocore.config import Config

logger = logging.getLogger("activity.validate")
logger.setLevel(logging.INFO)

# Kept for the answer: without one Lambda would count the whole batch as failed.
RESERVE_MS: Final = 3000


@dataclass(frozen=True, slots=True)
class Delivered:
    """A valid event and the record that brought it."""

    record: dict[str, Any]
    item: activity_store.Item


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
        store=activity_store.Store(_client("dynamodb"), os.environ["TABLE_NAME"]),
        quarantine=Quarantine(_client("sqs"), os.environ["QUARANTINE_URL"]),
        retention_s=int(os.environ["EVENT_RETENTION_S"]),
        time_left_ms=context.get_remaining_time_in_millis,
    )
    failed = validator.process(batch["Records"])
    return {"batchItemFailures": [{"itemIdentifier": sequence_number} for sequence_number in failed]}


@dataclass(frozen=True, slots=True)
class Validator:
    """What a batch is processed with."""

    store: activity_store.Store
    quarantine: Quarantine
    retention_s: int
    time_left_ms: Callable[[], int]

    def process(self, records: list[dict[str, Any]]) -> list[str]:
        """Stores or quarantines every record.

        Returns:
            Sequence numbers of the records for which neither was possible now, in the order of the batch.
        """
        failed: set[str] = set()
        by_user: dict[str, list[Delivered]] = {}
        for each in records:
            try:
                item = self._item(each)
                by_user.setdefault(item.user_id, []).append(Delivered(each, item))
            except Invalid as reason:
                failed |= self._poison(each, reason)
        for group in by_user.values():
            failed |= self._store(group)
        return [number for each in records if (number := _sequence_number(each)) in failed]

    def _item(self, each: dict[str, Any]) -> activity_store.Item:
        # The time of arrival, not now: whoever delivers the record again finds the same.
        arrived_at_s = each["kinesis"]["approximateArrivalTimestamp"]
        candidate, request_id = record.decode(base64.b64decode(each["kinesis"]["data"]))
        # Kinesis' clock may be behind that of ingest, and what was acknowledged must not be refused.
        event = check(candidate, now=datetime.fromtimestamp(arrived_at_s, UTC) + CLOCK_SKEW)
        return activity_store.item_of(event, expires_at_s=int(arrived_at_s) + self.retention_s, request_id=request_id)

    def _store(self, group: list[Delivered]) -> set[str]:
        if self.time_left_ms() < RESERVE_MS:
            return {_sequence_number(each.record) for each in group}
        try:
            self.store.add([each.item for each in group], time_left_ms=self.time_left_ms)
        except Invalid as reason:
            if len(group) == 1:
                return self._poison(group[0].record, reason)
            return set().union(*(self._store([each]) for each in group))
        except Exception:
            # Whatever it is, it must not keep the other users' events from being stored.
            logger.exception("events not stored, will be delivered again", extra={"records": len(group)})
            return {_sequence_number(each.record) for each in group}
        return set()

    def _poison(self, each: dict[str, Any], reason: Invalid) -> set[str]:
        position = {"shard_and_sequence_number": each["eventID"]}
        try:
            self.quarantine.put(each, reason)
        except Exception:
            logger.exception("record not quarantined, will be delivered again", extra=position)
            return {_sequence_number(each)}
        # Without the stack trace: its variables would carry the user's data to Sentry.
        logger.error("record quarantined: %s", reason, extra={**position, "field": reason.field})
        return set()


def _sequence_number(each: dict[str, Any]) -> str:
    return str(each["kinesis"]["sequenceNumber"])


@functools.cache
def _client(service: str) -> Any:
    retries = {"mode": "standard", "total_max_attempts": 3}
    return boto3.client(service, config=Config(connect_timeout=1, read_timeout=5, retries=retries))
