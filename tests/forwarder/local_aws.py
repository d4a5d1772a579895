"""The AWS services that the forwarder asks, in one process: what CloudWatch Logs and Lambda would answer."""

import base64
import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

GROUP = "/aws/lambda/orders"
STREAM = "2026/11/21/[$LATEST]0123456789abcdef0123456789abcdef"
BEGAN_MS = 1_795_252_447_000


@dataclass
class LocalAws:
    """Answers as boto3's clients do.

    Attributes:
        streams: the messages of each log stream, with their times in milliseconds, by group and stream.
        configurations: what GetFunctionConfiguration returns, by the function's name.
        parameters: the values of SSM parameters and of secrets.
        refused: operations that AWS refuses, as it does without permission.
        calls: operations that were called, in order.
    """

    streams: dict[tuple[str, str], list[tuple[int, str]]] = field(default_factory=dict)
    configurations: dict[str, dict[str, Any]] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)

    def client(self, service: str, region: str | None = None) -> "LocalAws":
        assert service in ("logs", "lambda", "ssm", "secretsmanager")
        assert region is None or region.count("-") >= 2
        return self

    def get_log_events(self, **request: Any) -> Any:
        self._call("GetLogEvents")
        assert request["startFromHead"] is False
        # The end is exclusive: docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html.
        stream = self.streams.get((request["logGroupName"], request["logStreamName"]), [])
        found = [each for each in stream if each[0] < request["endTime"]][-request["limit"] :]
        return {"events": [{"timestamp": at, "message": text, "ingestionTime": at} for at, text in found]}

    def get_function_configuration(self, *, FunctionName: str, Qualifier: str) -> Any:  # noqa: N803
        self._call("GetFunctionConfiguration")
        if FunctionName not in self.configurations:
            raise _client_error("ResourceNotFoundException", "GetFunctionConfiguration")
        return {"Version": Qualifier, "FunctionName": FunctionName, **self.configurations[FunctionName]}

    def get_parameter(self, *, Name: str, WithDecryption: bool) -> Any:  # noqa: N803
        self._call("GetParameter")
        assert WithDecryption
        return {"Parameter": {"Value": self.parameters[Name]}}

    def get_secret_value(self, *, SecretId: str) -> Any:  # noqa: N803
        self._call("GetSecretValue")
        return {"SecretString": self.parameters[SecretId]}

    def _call(self, operation: str) -> None:
        self.calls.append(operation)
        if operation in self.refused:
            raise _client_error("AccessDeniedException", operation)


def delivery(
    messages: Sequence[tuple[int, str]], *, group: str = GROUP, stream: str = STREAM, kind: str = "DATA_MESSAGE"
) -> dict[str, Any]:
    """What a subscription hands to its function.

    Form: docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html, "Example 2".
    """
    return encoded(
        {
            "messageType": kind,
            "owner": "000000000000",
            "logGroup": group,
            "logStream": stream,
            "subscriptionFilters": ["faults"],
            "logEvents": [
                {"id": str(number), "timestamp": at, "message": text} for number, (at, text) in enumerate(messages)
            ],
        }
    )


def encoded(payload: Any) -> dict[str, Any]:
    """Anything, as if CloudWatch Logs had delivered it."""
    return {"awslogs": {"data": base64.b64encode(gzip.compress(json.dumps(payload).encode())).decode()}}


def configuration(runtime: str | None = "python3.13", *, layer: bool = False, **variables: str) -> dict[str, Any]:
    """What Lambda says of a function of the kit."""
    environment: Mapping[str, str] = {
        "SENTRY_ENVIRONMENT": "production",
        "SENTRY_RELEASE": "shop@1.2.3",
        "SENTRY_TAGS": '{"service":"shop","team":"growth"}',
        **variables,
    }
    return {
        "FunctionArn": "arn:aws:lambda:eu-central-1:000000000000:function:orders",
        "Handler": "cdk_sentry_layer.bootstrap.handler" if layer else "orders.handler",
        "MemorySize": 128,
        "Timeout": 3,
        "Architectures": ["arm64"],
        "Environment": {"Variables": environment},
        **({"PackageType": "Image"} if runtime is None else {"PackageType": "Zip", "Runtime": runtime}),
    }


def _client_error(code: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "not here"}}, operation)
