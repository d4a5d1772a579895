"""`POST /activity`: checks events and acknowledges those that Kinesis has."""

import base64
import functools
import os
from datetime import UTC, datetime
from typing import Any

import boto3
from activity_common import record, telemetry, trace
from activity_common.answers import answer, bad_events, bad_request, forbidden
from activity_common.caller import may_act_for
from activity_common.contract import MAX_BODY_BYTES, MAX_EVENT_BYTES, candidates_of, check, parse
from activity_common.invalid import Invalid
from activity_publish import Entry, publish
from botocore.config import Config

logger = telemetry.logger("ingest")

JSON_TYPE = "application/json"


@telemetry.observed
def handler(request: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers one request with one event or a batch, `{"events": [...]}`.

    Args:
        request: API Gateway's proxy event.
        context: Lambda's; used for the time that is left.

    Returns:
        202 with one result per event when Kinesis has all of them; 503 with one result per event when it has not, so
        that the sender repeats those that failed; 400, 403, 413 or 415 when a repetition would change nothing, and
        then nothing of the request was taken.
    """
    headers = {name.lower(): value for name, value in (request.get("headers") or {}).items()}
    media_type = headers.get("content-type", JSON_TYPE).partition(";")[0].strip().lower()
    if media_type != JSON_TYPE:
        return answer(415, {"message": f"Content-Type must be {JSON_TYPE}, not {media_type}"}, accept=JSON_TYPE)
    try:
        body = _body(request)
        if len(body) > MAX_BODY_BYTES:
            return answer(413, {"message": f"the body has {len(body)} bytes; at most {MAX_BODY_BYTES} are allowed"})
        candidates = candidates_of(parse(body))
    except Invalid as problem:
        telemetry.count(RequestsRejected=1)
        return bad_request(problem)
    entries, problems = _check(candidates, request["requestContext"]["requestId"], trace.current(headers))
    if problems:
        telemetry.count(RequestsRejected=1)
        logger.info("request rejected", extra={"fields": sorted({each.field for each in problems.values()})[:10]})
        return bad_events(problems)
    if not all(may_act_for(request, entry.partition_key) for entry in entries):
        return forbidden()
    return _publish(entries, context)


def _check(candidates: list[Any], request_id: str, headers: dict[str, str]) -> tuple[list[Entry], dict[int, Invalid]]:
    now = datetime.now(UTC)
    entries: list[Entry] = []
    problems: dict[int, Invalid] = {}
    for index, candidate in enumerate(candidates):
        try:
            event = check(candidate, now=now)
            data = record.encode(candidate, request_id=request_id, headers=headers)
        except Invalid as problem:
            problems[index] = problem
            continue
        if len(data) > MAX_EVENT_BYTES:
            problems[index] = Invalid("event", f"{len(data)} bytes", f"at most {MAX_EVENT_BYTES} bytes on the stream")
        entries.append(Entry(event.event_id, partition_key=event.user_id, data=data))
    return entries, problems


def _publish(entries: list[Entry], context: Any) -> dict[str, Any]:
    missed = publish(_kinesis(), os.environ["STREAM_NAME"], entries, time_left_ms=context.get_remaining_time_in_millis)
    telemetry.count(EventsAccepted=len(entries) - len(missed), EventsFailed=len(missed))
    results = [
        {"event_id": entry.event_id, "status": "failed" if index in missed else "accepted"}
        for index, entry in enumerate(entries)
    ]
    if missed:
        logger.error("stream unavailable", extra={"failed_events": len(missed)})
        message = "the stream did not take every event; send those that failed again, with the same event_id"
        return answer(503, {"message": message, "results": results}, retry_after="1")
    return answer(202, {"accepted": len(results), "results": results})


def _body(request: dict[str, Any]) -> bytes:
    body = request.get("body") or ""
    if not request.get("isBase64Encoded"):
        # Half a surrogate pair in the text itself becomes bytes that are not UTF-8, which `parse` then says.
        return str(body).encode(errors="surrogatepass")
    try:
        return base64.b64decode(body, validate=True)
    except ValueError:
        raise Invalid("body", None, "base64, as the request says that it is") from None


@functools.cache
def _kinesis() -> Any:
    # One attempt a call: `publish` repeats by itself, and the caller waits.
    retries = {"mode": "standard", "total_max_attempts": 1}
    # The requests are built here and nowhere else: they need no check against the service's model.
    config = Config(connect_timeout=1, read_timeout=2, retries=retries, parameter_validation=False)
    return boto3.client("kinesis", config=config)
