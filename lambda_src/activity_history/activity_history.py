"""What a user did: `GET /users/{user_id}/history` counts it by period, `GET /users/{user_id}/events` lists it."""

import functools
import os
from collections.abc import Iterator
from datetime import date
from typing import Any

import boto3
from activity_common import keys, telemetry
from activity_common.answers import answer, bad_request, forbidden
from activity_common.caller import may_act_for
from activity_common.invalid import Invalid
from activity_events import page_of_events
from activity_periods import aggregate
from activity_question import Question, events_question, history_question
from botocore.config import Config


@telemetry.observed
def handler(request: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Answers one request.

    Args:
        request: API Gateway's proxy event.

    Returns:
        200 with one page; nothing and zero for a user of whom nothing is known; 400 with what is wrong, what is
        allowed; 403 when the caller asks about somebody else.
    """
    lists_events = str(request.get("resource", "")).endswith("/events")
    try:
        question = events_question(request) if lists_events else history_question(request)
        if not may_act_for(request, question.user_id):
            return forbidden()
        page = _events(question) if lists_events else _history(question)
    except Invalid as problem:
        return bad_request(problem)
    return answer(200, {"user_id": question.user_id, **page})


def _events(question: Question) -> dict[str, Any]:
    return page_of_events(_dynamodb(), os.environ["TABLE_NAME"], question)


def _history(question: Question) -> dict[str, Any]:
    days = _counters(_dynamodb(), os.environ["TABLE_NAME"], question)
    return {"granularity": question.period.value, **aggregate(days, question.period, limit=question.limit)}


def _counters(client: Any, table: str, question: Question) -> Iterator[tuple[date, dict[str, int]]]:
    """The counters of the days asked for, in order; read as they are taken."""
    names = {"#pk": keys.PARTITION_KEY, "#sk": keys.SORT_KEY}
    more: dict[str, Any] = {}
    if question.type:
        names["#type"] = keys.count(question.type)
        more["ProjectionExpression"] = "#sk, #type"
    pages = client.get_paginator("query").paginate(
        TableName=table,
        KeyConditionExpression="#pk = :user AND #sk BETWEEN :first AND :last",
        ExpressionAttributeNames=names,
        ExpressionAttributeValues={
            ":user": {"S": keys.user(question.user_id)},
            ":first": {"S": keys.day(question.first)},
            ":last": {"S": keys.day(question.last)},
        },
        **more,
    )
    for page in pages:
        for item in page["Items"]:
            counts = {
                event_type: int(value["N"])
                for attribute, value in item.items()
                if (event_type := keys.counted_type(attribute)) is not None
            }
            if counts:
                yield keys.day_of(item[keys.SORT_KEY]["S"]), counts


@functools.cache
def _dynamodb() -> Any:
    retries = {"mode": "standard", "total_max_attempts": 4}
    return boto3.client("dynamodb", config=Config(connect_timeout=1, read_timeout=3, retries=retries))
