"""`POST /activity`: checks an event and acknowledges it once Kinesis has it."""

import base64
import functools
import logging
import os
from datetime import UTC, datetime
from typing import Any

import boto3
from activity_common import record
from activity_common.answers import answer, bad_request
from activity_common.contract import MAX_EVENT_BYTES, check, parse
from activity_common.invalid import Invalid
from activity_publish import Entry, publish
from botocore.config import Config

logger = logging.getLogger("activity.ingest")
logger.setLevel(logging.INFO)

JSON_TYPE = "application/json"


def handler(request: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers one request.

    Args:
        request: API Gateway's proxy event.
        context: Lambda's; used for the time that is left.

    Returns:
        202 with one result per event when Kinesis has all of them; 503 with one result per event when it has not, so
        that the sender repeats those that failed; 400, 413 or 415 when a repetition would change nothing.
    """
    media_type = _header(request, "content-type", JSON_TYPE).partition(";")[0].strip().lower()
    if media_type != JSON_TYPE:
        return answer(415, {"message": f"Content-Type must be {JSON_TYPE}, not {media_type}"}, accept=JSON_TYPE)
    body = _body(request)
    if len(body) > MAX_EVENT_BYTES:
        return answer(413, {"message": f"the body has {len(body)} bytes; at most {MAX_EVENT_BYTES} are allowed"})

    request_id = request["requestContext"]["requestId"]
    try:
        entries = _entries(body, request_id)
    except Invalid as problem:
        logger.info("event rejected", extra={"request_id": request_id, "field": problem.field})
        return bad_request(problem, index=0)

    missed = publish(_kinesis(), os.environ["STREAM_NAME"], entries, time_left_ms=context.get_remaining_time_in_millis)
    results = [{"event_id": entry.event_id, "status": "failed" if entry in missed else "accepted"} for entry in entries]
    if missed:
        logger.error("stream unavailable", extra={"request_id": request_id, "failed_events": len(missed)})
        message = "the stream did not take every event; send those that failed again, with the same event_id"
        return answer(503, {"message": message, "results": results}, retry_after="1")
    return answer(202, {"accepted": len(results), "results": results})


def _entries(body: bytes, request_id: str) -> list[Entry]:
    candidate = parse(body)
    event = check(candidate, now=datetime.now(UTC))
    return [Entry(event.event_id, partition_key=event.user_id, data=record.encode(candidate, request_id=request_id))]


def _body(request: dict[str, Any]) -> bytes:
    body = request.get("body") or ""
    # Half a surrogate pair in the text itself becomes bytes that are not UTF-8, which `parse` then says.
    return base64.b64decode(body) if request.get("isBase64Encoded") else body.encode(errors="surrogatepass")


def _header(request: dict[str, Any], name: str, default: str) -> str:
    headers = request.get("headers") or {}
    return next((value for key, value in headers.items() if key.lower() == name), default)


@functools.cache
def _kinesis() -> Any:
    # Short and few: `publish` repeats by itself, and the caller waits.
    retries = {"mode": "standard", "total_max_attempts": 2}
    return boto3.client("kinesis", config=Config(connect_timeout=1, read_timeout=2, retries=retries))
