"""The caller's trace, where the event carries one: API Gateway, ALB, SQS, SNS, Kinesis, EventBridge, direct calls."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

SENTRY_TRACE = "sentry-trace"
BAGGAGE = "baggage"


def of_event(event: "Any", context: "Any") -> dict[str, str]:
    """`sentry-trace` and `baggage` as the caller sent them; empty if it sent none.

    Of a batch, the first record that carries a trace decides: an invocation belongs to one trace.
    """
    for source in (_of_http, _of_records, _of_eventbridge):
        found = _quietly(source, event)
        if found:
            return found
    return _quietly(_of_client_context, context)


def _quietly(source: "Callable[[Any], dict[str, str]]", where: "Any") -> dict[str, str]:
    try:
        return source(where)
    except Exception:
        # Any JSON may be an event: what has not the shape of a source is none.
        return {}


def _pick(headers: "Any") -> dict[str, str]:
    """The two headers out of a mapping, whatever the case of its keys; lists (ALB multi-value) give their last."""
    if not isinstance(headers, dict):
        return {}
    found = {}
    for name, value in headers.items():
        if isinstance(name, str) and name.lower() in (SENTRY_TRACE, BAGGAGE):
            text = value[-1] if isinstance(value, list) and value else value
            if isinstance(text, str):
                found[name.lower()] = text
    return found if SENTRY_TRACE in found else {}


def _of_http(event: "Any") -> dict[str, str]:
    return _pick(event.get("headers")) or _pick(event.get("multiValueHeaders"))


def _of_eventbridge(event: "Any") -> dict[str, str]:
    detail = event.get("detail")
    return _of_payload(detail)


def _of_records(event: "Any") -> dict[str, str]:
    for record in event["Records"]:
        found = _quietly(_of_record, record)
        if found:
            return found
    return {}


def _of_record(record: "Any") -> dict[str, str]:
    if "messageAttributes" in record:
        return _of_attributes(record["messageAttributes"], "stringValue") or _of_text(record.get("body"))
    if "Sns" in record:
        return _of_attributes(record["Sns"].get("MessageAttributes"), "Value")
    if "kinesis" in record:
        import base64

        return _of_text(base64.b64decode(record["kinesis"]["data"]).decode())
    return {}


def _of_attributes(attributes: "Any", value_key: str) -> dict[str, str]:
    return _pick({name: attribute.get(value_key) for name, attribute in (attributes or {}).items()})


def _of_text(text: "Any") -> dict[str, str]:
    """Out of a JSON text: a Kinesis record, an SNS notification or an EventBridge event that came through SQS."""
    if not isinstance(text, str) or SENTRY_TRACE not in text:
        return {}
    import json

    payload = json.loads(text)
    return (
        _quietly(_of_payload, payload)
        or _quietly(_of_eventbridge, payload)
        or _of_attributes(payload.get("MessageAttributes"), "Value")
    )


def _of_payload(payload: "Any") -> dict[str, str]:
    return _pick(payload) or _pick(payload.get("headers"))


def _of_client_context(context: "Any") -> dict[str, str]:
    return _pick(context.client_context.custom)
