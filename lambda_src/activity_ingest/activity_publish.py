"""Puts records on the stream, and repeats the part that Kinesis did not take."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from activity_common import telemetry
from botocore.exceptions import BotoCoreError, ClientError

logger = telemetry.logger("ingest")

ATTEMPTS: Final = 6
FIRST_BACKOFF_S: Final = 0.05
# What one more attempt may take (1 s to connect, 2 s to answer), with the caller's answer still sent in time.
RESERVE_MS: Final = 4000


@dataclass(frozen=True, slots=True)
class Entry:
    """One record to put."""

    event_id: str
    partition_key: str
    data: bytes


def publish(
    client: Any,
    stream: str,
    entries: Sequence[Entry],
    *,
    time_left_ms: Callable[[], int],
    sleep: Callable[[float], None] = time.sleep,
) -> set[int]:
    """Puts records, repeating what was not taken with exponential backoff and full jitter.

    Args:
        client: Kinesis, of boto3.
        stream: name of the stream.
        entries: at most 500 with 5 MiB, which is what one call takes.
        time_left_ms: milliseconds until the function is stopped; no attempt starts with less than 4000.
        sleep: waits so many seconds.

    Returns:
        Places of the entries that Kinesis does not have, as far as anyone can know: an answer may have been lost.
    """
    missed = list(range(len(entries)))
    for attempt in range(ATTEMPTS):
        missed = _put(client, stream, entries, missed)
        backoff_s = random.uniform(0, FIRST_BACKOFF_S * 2**attempt)  # noqa: S311 - jitter, not cryptography
        if not missed or attempt == ATTEMPTS - 1 or time_left_ms() - backoff_s * 1000 < RESERVE_MS:
            break
        sleep(backoff_s)
    return set(missed)


def _put(client: Any, stream: str, entries: Sequence[Entry], places: list[int]) -> list[int]:
    records = [{"Data": entries[place].data, "PartitionKey": entries[place].partition_key} for place in places]
    try:
        response = client.put_records(StreamName=stream, Records=records)
    except (BotoCoreError, ClientError) as error:
        logger.warning("put_records failed", extra={"error": type(error).__name__})
        return places
    return [place for place, outcome in zip(places, response["Records"], strict=True) if "ErrorCode" in outcome]
