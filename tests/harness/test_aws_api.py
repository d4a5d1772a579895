"""The scripted SSM and Secrets Manager speak what AWS's SDK understands."""

from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.harness.aws_api import AwsApi, denied, parameter, secret, throttled


def client(service: str, aws: AwsApi) -> Any:
    endpoint = aws.environment[f"AWS_ENDPOINT_URL_{service.upper()}"]
    return boto3.client(
        {"ssm": "ssm", "secrets_manager": "secretsmanager"}[service],
        endpoint_url=endpoint,
        region_name="eu-central-1",
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key="example",
        config=Config(retries={"total_max_attempts": 1}),
    )


def test_a_parameter_is_read() -> None:
    with AwsApi(parameter("https://key@sentry.example/1")) as aws:
        answer = client("ssm", aws).get_parameter(Name="/Sentry/Dsn", WithDecryption=True)
        assert answer["Parameter"]["Value"] == "https://key@sentry.example/1"
        assert aws.calls == ["AmazonSSM.GetParameter"]


def test_a_secret_is_read() -> None:
    with AwsApi(secret('{"dsn":"x"}')) as aws:
        assert client("secrets_manager", aws).get_secret_value(SecretId="sentry")["SecretString"] == '{"dsn":"x"}'
        assert aws.calls == ["secretsmanager.GetSecretValue"]


@pytest.mark.parametrize(
    ("answer", "code"), [(denied(), "AccessDeniedException"), (throttled(), "ThrottlingException")]
)
def test_a_refusal_is_understood_as_one(answer: Any, code: str) -> None:
    with AwsApi(answer) as aws:
        with pytest.raises(ClientError) as refusal:
            client("ssm", aws).get_parameter(Name="/Sentry/Dsn")
        assert refusal.value.response["Error"]["Code"] == code
