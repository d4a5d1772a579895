"""The command, run in this process as a shell would run it, away from this machine's AWS and Sentry settings."""

import io
import os
import sys
from collections.abc import Callable, Iterator

import pytest

from cdk_sentry.cli.main import main
from tests.harness.answer import Answer
from tests.harness.aws_api import AwsApi
from tests.harness.run import Run

REGION = "eu-central-1"
PROGRAM = [sys.executable, "-m", "cdk_sentry"]


@pytest.fixture
def aws_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials of nobody, and nothing else of AWS or Sentry."""
    for name in [
        name for name in os.environ if name.startswith(("AWS_", "SENTRY_")) or name.lower().endswith("_proxy")
    ]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_REGION", REGION)


@pytest.fixture
def aws_api(aws_environment: None) -> Iterator[AwsApi]:
    """In the place of AWS, where `endpoint` says."""
    with AwsApi(Answer.json({})) as api:
        yield api


def endpoint(api: AwsApi) -> str:
    """What --endpoint-url is to say."""
    return next(iter(api.environment.values()))


@pytest.fixture
def command(
    aws_environment: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Run]:
    """Runs `cdk-sentry` with the given words; `stdin` is what is piped into it."""

    def run(*words: str, stdin: str = "") -> Run:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        capsys.readouterr()
        try:
            code = main(words)
        except SystemExit as usage:  # argparse's way to end
            code = int(usage.code or 0)
        captured = capsys.readouterr()
        return Run(code, captured.out, captured.err)

    return run
