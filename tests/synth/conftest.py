"""A known commit for every test of this folder, whatever this repository is at."""

import pytest

from cdk_sentry.git import Checkout


@pytest.fixture(autouse=True)
def checkout(monkeypatch):
    for module in ("release", "environment"):
        monkeypatch.setattr(f"cdk_sentry.{module}.current_checkout", lambda: Checkout("0a1b2c", "main"))
