"""The command against an account in memory."""

from collections.abc import Callable

import pytest

from tests.cli.audit.account import Account
from tests.harness.run import Run


@pytest.fixture
def audit(command: Callable[..., Run], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    """Runs `cdk-sentry audit` against the given account."""

    def run(account: Account, *words: str) -> Run:
        monkeypatch.setattr(
            "botocore.client.BaseClient._make_api_call", lambda _, operation, given: account.call(operation, given)
        )
        return command("audit", *words)

    return run
