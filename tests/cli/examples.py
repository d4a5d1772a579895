"""Runs of the command as docs/command.md shows them: what it prints is real, what AWS and Sentry tell it is not."""

import io
import os
import re
from collections.abc import Callable, Mapping
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from cdk_sentry.cli.dsn.event import Answer
from cdk_sentry.cli.layer.publish import Published
from cdk_sentry.cli.main import main
from cdk_sentry.cli.release.deployed import DeployedRelease
from cdk_sentry.pipeline.operate.erase import Erased
from cdk_sentry.pipeline.operate.look import SetAside
from cdk_sentry.pipeline.operate.replay import Replayed

_CLI = "cdk_sentry.cli"
_REGION = "eu-central-1"
_ACCOUNT = "111122223333"
_DSN = "https://8d3f0000000000000000000000000000@o42.ingest.sentry.io/4507"
_STORED = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
_PARAMETER = {"Name": "/Sentry/Dsn", "Value": _DSN, "Type": "String", "Version": 1, "LastModifiedDate": _STORED}
_RELEASE = DeployedRelease("shop@1.4.0", ("production",), tuple(f"shop-prod-{name}" for name in ("Orders", "Pay")))
_NO_CREDENTIALS = {
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}
_ENVIRONMENT = {"AWS_REGION": _REGION, "COLUMNS": "100", "PATH": os.environ["PATH"]}


@dataclass(frozen=True)
class Example:
    """One run.

    Attributes:
        line: of the shell.
        told: what stands in for AWS and Sentry, by its place in the code.
        stdin: what is piped in.
        environment: of the process.
    """

    line: str
    told: Mapping[str, Any] = field(default_factory=dict)
    stdin: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, *more: str) -> str:
        """What a terminal without colours shows.

        Args:
            more: words at the end of the line.
        """
        words = [*re.split(r" +", self.line.partition(" <")[0])[1:], *more]
        shown = io.StringIO()
        with ExitStack() as stack:
            for place, value in self.told.items():
                stack.enter_context(patch(place, value))
            stack.enter_context(patch.dict(os.environ, {**_ENVIRONMENT, **self.environment}, clear=True))
            stack.enter_context(patch("sys.stdin", io.StringIO(self.stdin)))
            stack.enter_context(redirect_stdout(shown))
            stack.enter_context(redirect_stderr(shown))
            main(words)
        return "\n".join(line.rstrip() for line in shown.getvalue().rstrip().splitlines())


def _aws(**answers: Any) -> Callable[..., SimpleNamespace]:
    """In the place of `Aws.client`: a client that gives these answers."""
    calls: dict[str, Any] = {name: partial(_always, answer) for name, answer in answers.items()}
    return lambda *_, **__: SimpleNamespace(meta=SimpleNamespace(region_name=_REGION), **calls)


def _always(answer: Any, *_: Any, **__: Any) -> Any:
    return answer


def _set_aside(queue: str, why: str, records: int, minute: int) -> SetAside:
    return SetAside(queue, why, records, datetime(2026, 11, 21, 8, minute, 7, tzinfo=UTC), {})


def _publish(client: Any, region: str, layer: Any, organization: str | None) -> Published:
    del client, organization
    arn = f"arn:aws:lambda:{region}:{_ACCOUNT}:layer:cdk-sentry-{layer.runtime}:3"
    return Published(region, layer.runtime, arn, region != _REGION)


_CLIENT = f"{_CLI}.aws.Aws.client"
_SSM = {_CLIENT: _aws(put_parameter={"Version": 1}, get_parameter={"Parameter": _PARAMETER})}
_SAMPLE = {_CLIENT: _aws()}
_QUARANTINED = [
    _set_aside("quarantine", "type: must be one of view, click, purchase", 1, minute) for minute in (2, 3, 7)
]

EXAMPLES = {
    "dsn put": Example("cdk-sentry dsn put < dsn.txt", _SSM, stdin=f"{_DSN}\n"),
    "dsn get": Example("cdk-sentry dsn get", _SSM),
    "dsn test": Example(
        "cdk-sentry dsn test --organization acme",
        {
            **_SSM,
            f"{_CLI}.dsn.trial.send": partial(_always, Answer("f00d" * 8, 200, "accepted", "", None)),
        },
    ),
    "layer publish": Example(
        "cdk-sentry layer publish --to eu-central-1 us-east-1 --organization o-abcdefghij",
        {
            _CLIENT: _aws(),
            f"{_CLI}.layer.publish.built": partial(_always, None),
            f"{_CLI}.layer.publish._publish": _publish,
        },
    ),
    "release": Example(
        "cdk-sentry release --stack shop-prod --organization acme --project shop --dry-run",
        {f"{_CLI}.release.announce.deployed_releases": partial(_always, [_RELEASE])},
    ),
    "quarantine list": Example(
        "cdk-sentry quarantine list --stack activity-history-prod",
        {
            **_SAMPLE,
            f"{_CLI}.quarantine.listing.deployed": partial(_always, None),
            f"{_CLI}.quarantine.listing._READ": {
                "quarantine": partial(_always, _QUARANTINED),
                "failures": partial(_always, [_set_aside("failures", "RetryAttemptsExhausted", 100, 5)]),
            },
        },
    ),
    "quarantine replay": Example(
        "cdk-sentry quarantine replay --stack activity-history-prod",
        {
            **_SAMPLE,
            f"{_CLI}.quarantine.replaying.deployed": partial(_always, None),
            f"{_CLI}.quarantine.replaying._REPLAY": {
                "quarantine": partial(_always, Replayed(3, 3)),
                "failures": partial(_always, Replayed(1, 100)),
            },
        },
    ),
    "forget": Example(
        "cdk-sentry forget --user ada --stack activity-history-prod",
        {
            **_SAMPLE,
            f"{_CLI}.forget.deployed": partial(_always, None),
            f"{_CLI}.forget.erase_user": partial(_always, Erased(412, 2)),
        },
    ),
    "no credentials": Example("cdk-sentry dsn get", environment=_NO_CREDENTIALS),
    "no token": Example("cdk-sentry release --stack shop-prod"),
}
