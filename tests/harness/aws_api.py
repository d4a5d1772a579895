"""AWS's SSM and Secrets Manager as far as a function reads a DSN from them, scripted.

    with AwsApi(Answer.json({"Parameter": {"Value": sink.dsn}})) as aws:
        environment = aws.environment

Source: the AWS JSON 1.1 protocol (smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html)
"""

import threading
from typing import Any, Self

from tests.harness.answer import Answer
from tests.harness.http_server import LOOPBACK, Connection, HttpRequest, ThreadedServer


class AwsApi:
    """One endpoint for both services. A context manager; `answer` may be changed at any moment."""

    def __init__(self, answer: Answer) -> None:
        """Listens once entered.

        Args:
            answer: to every call.
        """
        self.answer = answer
        self.requests: list[HttpRequest] = []
        self._ended = threading.Event()
        self._server = ThreadedServer(self._serve, "aws-api")

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._server.stop()

    @property
    def environment(self) -> dict[str, str]:
        """Variables that lead AWS's SDKs here."""
        endpoint = f"http://{LOOPBACK}:{self._server.port}"
        return {"AWS_ENDPOINT_URL_SSM": endpoint, "AWS_ENDPOINT_URL_SECRETS_MANAGER": endpoint}

    @property
    def calls(self) -> list[str]:
        """The operations that were called, such as `AmazonSSM.GetParameter`."""
        return [request.headers.get("x-amz-target", "") for request in self.requests]

    def _serve(self, connection: Connection) -> None:
        while (request := connection.read_request()) is not None:
            self.requests.append(request)
            if not self.answer.send(connection, self._ended):
                return


def parameter(value: str) -> Answer:
    """What GetParameter answers."""
    return Answer.json({"Parameter": {"Name": "/Sentry/Dsn", "Type": "SecureString", "Value": value}})


def secret(value: str) -> Answer:
    """What GetSecretValue answers."""
    return Answer.json({"Name": "sentry", "SecretString": value})


def denied() -> Answer:
    """What a role without the permission gets."""
    return _error("AccessDeniedException", "User: checkout is not authorized to perform this action")


def throttled() -> Answer:
    """What too many calls get."""
    return _error("ThrottlingException", "Rate exceeded")


def _error(error_type: str, message: str) -> Answer:
    body: dict[str, Any] = {"__type": error_type, "message": message}
    return Answer.json(body, status=400)
