"""`GET /users/{user_id}/history`: how often a user did what, by day, week, month or year."""

import functools
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import unquote

import boto3
from activity_common import keys
from activity_common.answers import answer, bad_request
from activity_common.invalid import Invalid
from activity_common.schema import description_of, is_user_id
from activity_periods import Period, aggregate
from botocore.config import Config

logger = logging.getLogger("activity.history")
logger.setLevel(logging.INFO)

FIRST_DAY = date(2000, 1, 1)
LAST_DAY = date(9999, 12, 31)
PARAMETERS = ("from", "to", "granularity")


def handler(request: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Answers one request.

    The answer comes from the counters of the user's days, so its cost does not grow with the number of events.

    Args:
        request: API Gateway's proxy event.

    Returns:
        200 with counts per period and in total, all zero for a user of whom nothing is known; 400 with what is
        wrong, what is allowed.
    """
    try:
        question = _question(request)
    except Invalid as problem:
        return bad_request(problem)
    days = _counters(_dynamodb(), os.environ["TABLE_NAME"], question)
    shown = {"user_id": question.user_id, "granularity": question.period.value}
    return answer(200, {**shown, **aggregate(days, question.period)})


@dataclass(frozen=True, slots=True)
class Question:
    """What a caller asks: a user's days from `first` to `last`, both included."""

    user_id: str
    first: date
    last: date
    period: Period


def _question(request: dict[str, Any]) -> Question:
    user_id = _user_id(request)
    asked = request.get("queryStringParameters") or {}
    if unknown := sorted(set(asked) - set(PARAMETERS)):
        raise Invalid(unknown[0], asked[unknown[0]], f"left out: the parameters are {', '.join(PARAMETERS)}")
    first, last = _day(asked, "from", FIRST_DAY), _day(asked, "to", LAST_DAY)
    if first > last:
        raise Invalid("from", str(first), f"a day not after to, which is {last}")
    return Question(user_id, first, last, Period.named(asked.get("granularity", Period.DAY)))


def _user_id(request: dict[str, Any]) -> str:
    user_id = unquote((request.get("pathParameters") or {}).get("user_id") or "")
    if not is_user_id(user_id):
        raise Invalid("user_id", user_id, description_of("user_id"))
    return user_id


def _day(asked: dict[str, str], name: str, default: date) -> date:
    text = asked.get(name)
    if text is None:
        return default
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    # Python also reads 20250131 and 2025-W05-5.
    if day is None or day.isoformat() != text:
        raise Invalid(name, text, "a day as YYYY-MM-DD, such as 2025-01-31")
    return day


def _counters(client: Any, table: str, question: Question) -> Iterator[tuple[date, dict[str, int]]]:
    pages = client.get_paginator("query").paginate(
        TableName=table,
        KeyConditionExpression="#pk = :user AND #sk BETWEEN :first AND :last",
        ExpressionAttributeNames={"#pk": keys.PARTITION_KEY, "#sk": keys.SORT_KEY},
        ExpressionAttributeValues={
            ":user": {"S": keys.user(question.user_id)},
            ":first": {"S": keys.day(question.first)},
            ":last": {"S": keys.day(question.last)},
        },
    )
    for page in pages:
        for item in page["Items"]:
            counts = {
                event_type: int(value["N"])
                for attribute, value in item.items()
                if (event_type := keys.counted_type(attribute)) is not None
            }
            yield keys.day_of(item[keys.SORT_KEY]["S"]), counts


@functools.cache
def _dynamodb() -> Any:
    retries = {"mode": "standard", "total_max_attempts": 4}
    return boto3.client("dynamodb", config=Config(connect_timeout=1, read_timeout=3, retries=retries))
