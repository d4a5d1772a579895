"""Thousands of malformed requests: never a 5xx, never half of a request stored, always an answer that says what."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import activity_history
import activity_ingest
import pytest
import schemathesis
from activity_common import record
from activity_common.contract import check
from hypothesis import HealthCheck, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from cdk_sentry.pipeline import openapi
from tests.pipeline.gateway import Gateway
from tests.unit.activity.fakes import event

PUBLISHED = Path(__file__).parents[2] / "docs" / "activity-api.openapi.json"
GENERATED_PER_OPERATION_AND_MODE = 250
MUTATIONS = 1500
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Gateway:
    made = Gateway()
    for number in range(30):
        item = {
            "type": {"S": "page_view"},
            "occurred_at": {"S": f"2025-01-{number % 28 + 1:02}T10:00:00.000000+00:00"},
            "properties": {"M": {"n": {"N": "1"}}},
        }
        made.dynamodb.items["USER#0", f"EVENT#e{number}"] = item
        made.dynamodb.items["USER#0", f"DAY#2025-01-{number % 28 + 1:02}"] = {"type:page_view": {"N": "1"}}
    monkeypatch.setattr(activity_ingest, "_kinesis", lambda: made.kinesis)
    monkeypatch.setattr(activity_history, "_dynamodb", lambda: made.dynamodb)
    monkeypatch.setenv("STREAM_NAME", "activity")
    monkeypatch.setenv("TABLE_NAME", "activity")
    return made


def assert_whole(gateway: Gateway, before: int, answer: dict[str, Any]) -> None:
    """What is on the stream is valid, and is there if and only if it was acknowledged."""
    taken = gateway.kinesis.taken[before:]
    if answer["statusCode"] == 202:
        results = json.loads(answer["body"])["results"]
        assert len(results) == len(taken)
        for result, each in zip(results, taken, strict=True):
            stored, _ = record.decode(each["Data"])
            checked = check(stored, now=datetime.now(UTC) + timedelta(minutes=5))
            assert (checked.event_id, checked.user_id) == (result["event_id"], each["PartitionKey"])
    else:
        assert taken == []
        assert len(json.loads(answer["body"])["message"]) > 10


def test_the_published_document_is_that_of_the_code() -> None:
    """`python -m cdk_sentry.pipeline.openapi > docs/activity-api.openapi.json` makes it anew."""
    assert json.loads(PUBLISHED.read_text()) == openapi.document()


@pytest.mark.parametrize("mode", [GenerationMode.NEGATIVE, GenerationMode.POSITIVE])
@pytest.mark.parametrize("path", ["/activity", "/users/{user_id}/history", "/users/{user_id}/events"])
def test_requests_generated_from_the_document_get_what_it_says(
    gateway: Gateway, path: str, mode: GenerationMode
) -> None:
    schema = schemathesis.openapi.from_wsgi("/openapi.json", gateway)
    operation = schema[path]["POST" if path == "/activity" else "GET"]
    checks = [*CHECKS, negative_data_rejection] if mode is GenerationMode.NEGATIVE else CHECKS

    @seed(7)
    @settings(
        max_examples=GENERATED_PER_OPERATION_AND_MODE,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def each(case: "schemathesis.Case[Any]") -> None:
        before = len(gateway.kinesis.taken)
        response = case.call()
        case.validate_response(response, checks=checks, excluded_checks=[])
        answer = {"statusCode": response.status_code, "body": response.content}
        if path == "/activity" and response.status_code not in {404, 405}:
            assert_whole(gateway, before, answer)

    each()
    assert len(gateway.answers) >= GENERATED_PER_OPERATION_AND_MODE
    statuses = {status for _, status in gateway.answers}
    assert 400 in statuses
    assert mode is GenerationMode.NEGATIVE or statuses & {200, 202}


def mutated(chance: random.Random, body: bytes) -> bytes:
    """A body with a few bytes changed, lost, repeated or moved."""
    data = bytearray(body)
    for _ in range(chance.choice([1, 1, 2, 5])):
        place, length = chance.randrange(len(data) or 1), chance.randrange(1, 20)
        match chance.randrange(6):
            case 0 if data:
                data[place % len(data)] = chance.randrange(256)
            case 1:
                del data[place : place + length]
            case 2:
                data[place:place] = data[place : place + length]
            case 3:
                data[place:place] = chance.randbytes(length)
            case 4:
                del data[place:]
            case 5:
                data[place:place] = chance.choice(INTRUDERS)
            case _:
                pass
    return bytes(data)


INTRUDERS = [b"{", b"[" * 3000, b'"', b"\\ud800", b"\xff", b"\xed\xa0\x80", b"NaN", b"-", b"1e999", b"9" * 5000, b"\0"]
INTRUDERS += [b"\xef\xbb\xbf", b'"events":', b"null", b",", b"\\u0000", b"e", b"\n" * 50, b"true", b"[" * 100_000]


def bodies() -> Iterator[bytes]:
    chance = random.Random(11)
    deep = event(properties={"list": [1, 2.5, None, True, {"a": "\u00e9\u6771"}], "text": "x" * 50})
    good = [json.dumps(each).encode() for each in (deep, {"events": [deep, event(event_id="e2")]}, event())]
    for _ in range(MUTATIONS):
        yield mutated(chance, chance.choice(good))


def test_bodies_with_mutated_bytes_are_taken_whole_or_refused_with_words(gateway: Gateway) -> None:
    for body in bodies():
        before = len(gateway.kinesis.taken)
        answer = gateway.ask("POST", "/activity", body)
        assert answer["statusCode"] in {202, 400, 413}, body
        assert_whole(gateway, before, answer)
        if answer["statusCode"] == 400:
            errors = json.loads(answer["body"])["errors"]
            assert errors
            assert all(each["field"] and each["allowed"] for each in errors)
    statuses = [status for _, status in gateway.answers]
    assert len(statuses) == MUTATIONS
    assert statuses.count(400) > MUTATIONS / 2
    assert 202 in statuses


def test_parameters_with_mutated_bytes_are_answered_or_refused_with_words(gateway: Gateway) -> None:
    chance = random.Random(13)
    after = activity_history.handler(
        {
            "pathParameters": {"user_id": "0"},
            "resource": "/users/{user_id}/events",
            "queryStringParameters": {"limit": "5"},
        },
        None,
    )
    token = json.loads(after["body"])["next"]
    queries = ["from=2025-01-01&to=2025-01-31&granularity=week&type=page_view&limit=5", f"after={token}&limit=5"]
    for number in range(600):
        query = mutated(chance, queries[number % 2].encode()).decode("latin-1")
        answer = gateway.ask("GET", f"/users/0/{('history', 'events')[number % 2]}", query=query)
        assert answer["statusCode"] in {200, 400}, query
        assert answer["statusCode"] == 200 or json.loads(answer["body"])["errors"]
    assert {status for _, status in gateway.answers} == {200, 400}
