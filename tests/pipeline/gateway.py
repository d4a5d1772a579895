"""API Gateway's proxy integration as a WSGI application: the functions behind real HTTP requests, without a network."""

import base64
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import activity_history
import activity_ingest

from cdk_sentry.pipeline import openapi
from tests.unit.activity.fakes import Context, FakeDynamoDB, FakeKinesis

_USERS = re.compile(r"^/users/([^/]*)/(history|events)$")
StartResponse = Callable[[str, list[tuple[str, str]]], Any]


@dataclass
class Gateway:
    """The API, its stream and its table in memory.

    Attributes:
        answers: every answer so far, by method and status.
    """

    kinesis: FakeKinesis = field(default_factory=FakeKinesis)
    dynamodb: FakeDynamoDB = field(default_factory=FakeDynamoDB)
    answers: list[tuple[str, int]] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answers one request as WSGI has it."""
        path, method = environ["PATH_INFO"].encode("latin-1").decode(errors="replace"), environ["REQUEST_METHOD"]
        if path == "/openapi.json":
            return self._send(start_response, 200, json.dumps(openapi.document()))
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        headers = {"content-type": environ["CONTENT_TYPE"]} if environ.get("CONTENT_TYPE") else {}
        answer = self.ask(method, path, body, headers, environ.get("QUERY_STRING", ""))
        return self._send(start_response, answer["statusCode"], answer["body"])

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None, query: str = ""
    ) -> dict[str, Any]:
        """Calls the function that a request belongs to; 404 and 405 are API Gateway's own."""
        request: dict[str, Any] = {
            "headers": {"content-type": "application/json"} if headers is None else headers,
            "requestContext": {"requestId": "request-1"},
            "isBase64Encoded": False,
        }
        try:
            request["body"] = body.decode()
        except UnicodeDecodeError:
            request |= {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
        users = _USERS.match(path)
        if path == "/activity":
            answer = activity_ingest.handler(request, Context()) if method == "POST" else _own(405)
        elif users:
            pairs = parse_qsl(query, keep_blank_values=True)
            request["pathParameters"] = {"user_id": users[1]}
            request["resource"] = f"/users/{{user_id}}/{users[2]}"
            request["queryStringParameters"] = dict(pairs) or None
            several: dict[str, list[str]] = {}
            for name, value in pairs:
                several.setdefault(name, []).append(value)
            request["multiValueQueryStringParameters"] = several or None
            answer = activity_history.handler(request, Context()) if method == "GET" else _own(405)
        else:
            answer = _own(404)
        self.answers.append((method, answer["statusCode"]))
        return answer

    @staticmethod
    def _send(start_response: StartResponse, status: int, body: str) -> list[bytes]:
        start_response(f"{status} .", [("Content-Type", "application/json")])
        return [body.encode()]


def _own(status: int) -> dict[str, Any]:
    return {"statusCode": status, "body": json.dumps({"message": "Missing Authentication Token"})}
