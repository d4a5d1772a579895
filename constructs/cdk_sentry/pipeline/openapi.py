"""The API's contract as an OpenAPI document, made from the one schema that ingest and validator check with.

`python -m cdk_sentry.pipeline.openapi` prints it.
"""

import copy
import json
import sys
from typing import Any, Final

from ..assets import LAMBDA_SRC

SCHEMA: Final = LAMBDA_SRC / "activity_common" / "activity_common" / "event.schema.json"
MAX_BATCH_EVENTS: Final = 500

_DAY: Final = {"type": "string", "format": "date", "minLength": 10, "maxLength": 10}
_RANGE: Final = {
    "from": {"schema": _DAY, "description": "The first day, in UTC; the very first by default."},
    "to": {"schema": _DAY, "description": "The last day, in UTC, included; the very last by default."},
}
QUERIES: Final[dict[str, dict[str, dict[str, Any]]]] = {
    "history": {
        **_RANGE,
        "granularity": {
            "schema": {"type": "string", "enum": ["day", "week", "month", "year"], "default": "day"},
            "description": "How finely the history is cut; weeks are ISO weeks.",
        },
        "type": {"schema": {"$ref": "#/components/schemas/EventType"}, "description": "Of the events that count."},
        "limit": {
            "schema": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 366},
            "description": "Periods on one page. `next` of the answer is `from` of the following page.",
        },
    },
    "events": {
        **_RANGE,
        "limit": {
            "schema": {"type": "integer", "minimum": 1, "maximum": 500, "default": 100},
            "description": "Events on one page, the newest first.",
        },
        "after": {"schema": {"type": "string"}, "description": "`next` of the page before."},
    },
}


def event_schema() -> dict[str, Any]:
    """The JSON Schema of one event."""
    schema: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return schema


def request_model() -> dict[str, Any]:
    """What API Gateway checks a body with: an event or a batch.

    One object with the fields of both instead of `oneOf`, of which API Gateway could only say that none fits.
    """
    event = event_schema()
    item = {name: value for name, value in event.items() if name != "$schema"}
    batch = {"type": "array", "minItems": 1, "maxItems": MAX_BATCH_EVENTS, "items": item}
    return {
        "$schema": event["$schema"],
        "title": "ActivityRequest",
        "description": 'an event, or a batch: {"events": [...]}',
        "type": "object",
        "additionalProperties": False,
        "properties": {**event["properties"], "events": batch},
        "anyOf": [{"required": event["required"]}, {"required": ["events"]}],
    }


def document() -> dict[str, Any]:
    """The API as OpenAPI 3.0."""
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "User activity",
            "version": "1",
            "description": "Takes user activity, counts every event once, shows the counts and the events.",
        },
        "paths": {
            "/activity": {"post": _post()},
            **{f"/users/{{user_id}}/{name}": {"get": _get(name)} for name in QUERIES},
        },
        "components": {"schemas": _schemas()},
    }


def _post() -> dict[str, Any]:
    return {
        "operationId": "postActivity",
        "description": "Takes one event or a batch, whole or not at all. An event that is sent again counts once.",
        "requestBody": {"required": True, "content": _json("ActivityRequest")},
        "responses": {
            "202": {"description": "The stream has every event.", "content": _json("Results")},
            "400": {"description": "Which event, which field, what is allowed.", "content": _json("Errors")},
            "403": {"description": "The caller may not act for this user.", "content": _json("Message")},
            "413": {"description": "The body has more than 2 MiB.", "content": _json("Message")},
            "415": {"description": "The body is not application/json.", "content": _json("Message")},
            "503": {"description": "Send those that failed again.", "content": _json("Results")},
        },
    }


def _get(name: str) -> dict[str, Any]:
    user = {"name": "user_id", "in": "path", "required": True, "schema": {"$ref": "#/components/schemas/UserId"}}
    query = [{"name": parameter, "in": "query", **rest} for parameter, rest in QUERIES[name].items()]
    return {
        "operationId": f"get{name.capitalize()}",
        "parameters": [user, *copy.deepcopy(query)],
        "responses": {
            "200": {"description": "One page.", "content": _json(f"{name.capitalize()}Page")},
            "400": {"description": "Which parameter, what is allowed.", "content": _json("Errors")},
            "403": {"description": "The caller may not read this user's data.", "content": _json("Message")},
        },
    }


def _json(schema: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


def _schemas() -> dict[str, Any]:
    event = {name: value for name, value in event_schema().items() if name not in {"$schema", "title"}}
    text, count = {"type": "string"}, {"type": "integer", "minimum": 0}
    counted = {"counts": {"type": "object", "additionalProperties": count}, "total": count}
    error = {"index": count, "field": text, "value": {}, "allowed": text}
    result = {"event_id": text, "status": {"type": "string", "enum": ["accepted", "failed"]}}
    shown = {name: event["properties"][name] for name in ("event_id", "type", "properties")} | {"occurred_at": text}
    following = {"type": "string", "nullable": True}
    return {
        "UserId": event["properties"]["user_id"],
        "EventType": event["properties"]["type"],
        "ActivityEvent": event,
        "ActivityBatch": _object({"events": _list({"$ref": "#/components/schemas/ActivityEvent"}, MAX_BATCH_EVENTS)}),
        "ActivityRequest": {
            "oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in ("ActivityEvent", "ActivityBatch")]
        },
        "Results": _object({"accepted": count, "message": text, "results": _list(_object(result))}, "results"),
        "Message": _object({"message": text}),
        "Errors": _object(
            {"message": text, "errors": {"type": "array", "items": _object(error, "field", "value", "allowed")}}
        ),
        "HistoryPage": _object(
            {
                "user_id": text,
                "granularity": text,
                "periods": {"type": "array", "items": _object({"period": text, **counted})},
                "totals": _object(counted),
                "next": following,
            }
        ),
        "EventsPage": _object(
            {"user_id": text, "events": {"type": "array", "items": _object(shown)}, "next": following}
        ),
    }


def _object(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(required or properties),
        "properties": properties,
        "additionalProperties": False,
    }


def _list(items: dict[str, Any], at_most: int | None = None) -> dict[str, Any]:
    return {"type": "array", "minItems": 1, "items": items, **({"maxItems": at_most} if at_most else {})}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(document(), indent=2) + "\n")
