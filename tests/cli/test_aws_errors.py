"""What AWS refuses, or never answers, in one line."""

from collections.abc import Callable

import botocore.exceptions
import botocore.parsers
import pytest

from cdk_sentry.cli.aws import Aws
from cdk_sentry.cli.errors import CommandError, explain
from tests.cli.conftest import REGION, endpoint
from tests.harness.answer import Answer
from tests.harness.aws_api import AwsApi
from tests.harness.run import Run

Command = Callable[..., Run]


def test_no_credentials_are_said_with_what_to_do(command: Command, monkeypatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    done = command("dsn", "get")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("cdk-sentry: no AWS credentials")
    assert "--profile" in done.err
    assert done.err.count("\n") == 1


def test_no_region_is_said_with_what_to_do(command: Command, monkeypatch) -> None:
    monkeypatch.delenv("AWS_REGION")
    done = command("dsn", "get")
    assert done.code == 2
    assert "--region" in done.err


def test_an_unknown_profile_is_said_with_those_that_there_are(command: Command, monkeypatch, tmp_path) -> None:
    file = tmp_path / "config"
    file.write_text("[profile staging]\nregion = eu-west-1\n[profile production]\nregion = eu-west-1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    done = command("dsn", "get", "--profile", "stagin")
    assert done.code == 2
    assert "stagin" in done.err
    assert "production, staging" in done.err.replace("staging, production", "production, staging")


def test_an_endpoint_where_nobody_listens_is_said(command: Command, aws_api: AwsApi, monkeypatch) -> None:
    address = endpoint(aws_api)
    aws_api.__exit__()
    attempts: list[object] = []

    def at_once(_: object, context: object) -> int:
        attempts.append(context)
        return 0

    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", at_once)
    done = command("dsn", "get", "--endpoint-url", address)
    assert done.code == 2
    assert len(attempts) == 3  # more would be half a minute of silence
    assert "AWS cannot be reached" in done.err
    assert address in done.err
    assert "--endpoint-url" in done.err


DENIED = (
    "User: arn:aws:iam::123456789012:user/ci is not authorized to perform: ssm:GetParameter on resource: "
    "arn:aws:ssm:eu-central-1:123456789012:parameter/Sentry/Dsn because no identity-based policy allows it"
)


@pytest.mark.parametrize(
    ("code", "message", "said"),
    [
        ("AccessDeniedException", DENIED, "the IAM action ssm:GetParameter is missing on arn:aws:ssm:eu-central-1:"),
        ("AccessDeniedException", "Denied.", "the IAM action ssm:GetParameter is missing"),
        ("ExpiredTokenException", "The security token is expired", "have expired"),
        ("UnrecognizedClientException", "invalid", "does not accept these credentials"),
        ("InternalError", "at\nnight", "GetParameter: InternalError: at night"),
    ],
)
def test_what_aws_refuses_is_said_in_one_line(command: Command, aws_api: AwsApi, code, message, said) -> None:
    aws_api.answer = Answer.json({"__type": code, "message": message}, status=400)
    done = command("dsn", "get", "--endpoint-url", endpoint(aws_api))
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert done.err.count("\n") == 1


def test_throttled_calls_are_repeated_and_then_given_up(command: Command, aws_api: AwsApi, monkeypatch) -> None:
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
    monkeypatch.setattr("botocore.retries.bucket.TokenBucket.acquire", lambda *_, **__: True)
    aws_api.answer = Answer.json({"__type": "ThrottlingException", "message": "Rate exceeded"}, status=400)
    done = command("dsn", "get", "--endpoint-url", endpoint(aws_api))
    assert done.code == 2
    assert len(aws_api.requests) == 8
    assert "AWS throttles GetParameter, also after retries" in done.err


@pytest.mark.parametrize(
    ("service", "operation", "arguments", "action"),
    [
        ("cloudwatch", "describe_alarms", {}, "cloudwatch:DescribeAlarms"),
        ("apigateway", "get_rest_apis", {}, "apigateway:GET"),
        ("lambda", "list_functions", {}, "lambda:ListFunctions"),
        ("stepfunctions", "list_state_machines", {}, "states:ListStateMachines"),
        ("sqs", "list_queues", {}, "sqs:ListQueues"),
    ],
)
def test_the_missing_action_is_known_where_aws_does_not_name_it(aws_api: AwsApi, service, operation, arguments, action):
    aws_api.answer = Answer(
        403,
        {"X-Amzn-ErrorType": "AccessDeniedException", "Content-Type": "application/json"},
        b'{"__type": "AccessDeniedException", "message": "no"}',
    )
    client = Aws(region=REGION, endpoint_url=endpoint(aws_api)).client(service)
    with pytest.raises(botocore.exceptions.ClientError) as refused:
        getattr(client, operation)(**arguments)
    assert f"the IAM action {action} is missing" in str(explain(refused.value))


def test_every_error_of_the_way_to_aws_is_one_line() -> None:
    """Whatever boto3 raises is explained; what it does not raise is a fault of the command."""
    errors = [
        botocore.exceptions.ReadTimeoutError(endpoint_url="https://x"),
        botocore.exceptions.SSLError(endpoint_url="https://x", error="bad\ncertificate"),
        botocore.exceptions.UnauthorizedSSOTokenError(),
        botocore.exceptions.TokenRetrievalError(provider="sso", error_msg="expired"),
        botocore.exceptions.ProxyConnectionError(proxy_url="http://proxy"),
        botocore.exceptions.PaginationError(message="odd"),
        botocore.parsers.ResponseParserError("Unable to parse response:\nb'<p>...'"),
    ]
    for error in errors:
        assert "\n" not in str(explain(error))
    assert explain(CommandError("as it is")) == "as it is"
    assert explain(KeyError("a fault")) is None


@pytest.mark.parametrize("words", [("audit", "--all"), ("dsn", "get"), ("diagnose", "--stack", "x")])
@pytest.mark.parametrize("body", [b"<!DOCTYPE html><p>Welcome", b"\n<html><head></head><body>Hello</body></html>"])
@pytest.mark.parametrize("status", [200, 404])
def test_a_server_of_pages_is_not_taken_for_aws(command: Command, aws_api: AwsApi, words, body, status) -> None:
    aws_api.answer = Answer(status, {"Content-Type": "text/html"}, body)
    done = command(*words, "--endpoint-url", endpoint(aws_api))
    assert (done.code, done.out) == (2, "")
    assert done.err == "cdk-sentry: what answers is not AWS: check --endpoint-url, and whether a proxy is in the way\n"


def test_what_is_no_xml_where_aws_speaks_xml_is_not_taken_for_aws(command: Command, aws_api: AwsApi) -> None:
    aws_api.answer = Answer(body=b"It works!")
    done = command("diagnose", "--stack", "x", "--endpoint-url", endpoint(aws_api))
    assert done.code == 2
    assert done.err.startswith("cdk-sentry: what answers is not AWS")
    assert done.err.count("\n") == 1
