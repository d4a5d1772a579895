"""One page of a user's events, the newest first."""

import base64
import json
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

from activity_common import keys
from activity_common.invalid import Invalid
from activity_common.schema import can_be
from activity_question import Question
from boto3.dynamodb.types import TypeDeserializer

_deserialize = TypeDeserializer().deserialize


def page_of_events(client: Any, table: str, question: Question) -> dict[str, Any]:
    """Reads one page by one query, however many events there are.

    Args:
        client: DynamoDB, of boto3 (the low-level client).
        table: its name.
        question: whose events, of which days, after which of them.

    Returns:
        `events`, and `next`, to be given as `after` for the following page; null on the last.

    Raises:
        Invalid: `after` is not what a page said.
    """
    first = _key_of(datetime.combine(question.first, time.min, UTC))
    last = _key_of(datetime.combine(question.last, time.max, UTC))
    page = client.query(
        TableName=table,
        IndexName=keys.BY_TIME,
        KeyConditionExpression="#pk = :user AND #at BETWEEN :first AND :last",
        ExpressionAttributeNames={"#pk": keys.PARTITION_KEY, "#at": keys.OCCURRED_AT},
        ExpressionAttributeValues={
            ":user": {"S": keys.user(question.user_id)},
            ":first": {"S": first},
            ":last": {"S": last},
        },
        ScanIndexForward=False,
        Limit=question.limit,
        **_start(question, first, last),
    )
    end = page.get("LastEvaluatedKey")
    return {"events": [_shown(item) for item in page["Items"]], "next": _token(end) if end else None}


def _shown(item: dict[str, Any]) -> dict[str, Any]:
    return {
        "event_id": keys.event_id_of(item[keys.SORT_KEY]["S"]),
        "type": item["type"]["S"],
        "occurred_at": item[keys.OCCURRED_AT]["S"],
        "properties": _json_of(_deserialize(item["properties"])),
    }


def _json_of(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and abs(value) < 10**38 else float(value)
    if isinstance(value, dict):
        return {name: _json_of(each) for name, each in value.items()}
    return [_json_of(each) for each in value] if isinstance(value, list) else value


def _key_of(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")


def _token(end: dict[str, Any]) -> str:
    # The user is not in it: whoever asks on does so as whom the path says.
    place = [end[keys.OCCURRED_AT]["S"], keys.event_id_of(end[keys.SORT_KEY]["S"])]
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def _start(question: Question, first: str, last: str) -> dict[str, Any]:
    if not question.after:
        return {}
    occurred_at, event_id = _place(question.after)
    # DynamoDB refuses a place outside of what is asked for.
    if not (first <= occurred_at <= last and can_be("event_id", event_id)):
        raise Invalid("after", question.after, "what the page before gave as next, with the same from and to")
    key = {
        keys.PARTITION_KEY: keys.user(question.user_id),
        keys.OCCURRED_AT: occurred_at,
        keys.SORT_KEY: keys.event(event_id),
    }
    return {"ExclusiveStartKey": {name: {"S": value} for name, value in key.items()}}


def _place(token: str) -> tuple[str, str]:
    """Time and id of the event that a token stands for; empty texts if it is none."""
    try:
        occurred_at, event_id = json.loads(base64.b64decode(token, altchars=b"-_", validate=True))
        return _key_of(datetime.fromisoformat(occurred_at).astimezone(UTC)), event_id
    except (ValueError, TypeError, OverflowError, RecursionError):
        return "", ""
