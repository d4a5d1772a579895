"""A service that grants so many calls a second: the audit asks no faster for long, and no question is lost.

The figures of docs/audit.md: AUDIT_FUNCTIONS=500 AUDIT_CALLS_PER_S=10 python -m pytest -n 0 --durations=1 FILE
"""

import io
import json
import os
import time
from collections import Counter
from threading import Lock

import pytest
from botocore.awsrequest import AWSRequest, AWSResponse
from rich.console import Console

from cdk_sentry.cli.audit.inventory import subscriptions_of
from cdk_sentry.cli.audit.reader import reader
from cdk_sentry.cli.aws import Aws

FUNCTIONS = int(os.environ.get("AUDIT_FUNCTIONS", "60"))
CALLS_PER_S = float(os.environ.get("AUDIT_CALLS_PER_S", "40"))


class Throttling:
    """Answers HTTP requests as a service does that grants a number of calls a second, and as many at once."""

    def __init__(self, calls_per_s: float) -> None:
        self.answers: Counter[int] = Counter()
        self._calls_per_s = self._granted = calls_per_s
        self._since = time.monotonic()
        self._lock = Lock()

    def send(self, request: AWSRequest) -> AWSResponse:
        status = 200 if self._grants() else 400
        refusal = {"__type": "ThrottlingException", "message": "Rate exceeded"}
        body = json.dumps({"subscriptionFilters": []} if status == 200 else refusal).encode()
        return AWSResponse(request.url, status, {"content-type": "application/x-amz-json-1.1"}, Body(body))

    def _grants(self) -> bool:
        with self._lock:
            now = time.monotonic()
            self._granted = min(self._calls_per_s, self._granted + (now - self._since) * self._calls_per_s)
            self._since = now
            grants = self._granted >= 1
            self._granted -= grants
            self.answers[200 if grants else 400] += 1
            return grants


class Body(io.BytesIO):
    """As urllib3 gives it."""

    def stream(self):
        yield self.read()


def test_what_is_throttled_is_asked_again_until_it_is_answered(aws_environment, monkeypatch: pytest.MonkeyPatch):
    service = Throttling(CALLS_PER_S)
    monkeypatch.setattr("botocore.httpsession.URLLib3Session.send", lambda _, request: service.send(request))
    groups = [f"/aws/lambda/f{number}" for number in range(FUNCTIONS)]
    with reader(Aws(), Console(stderr=True)) as reading:
        found = reading.each("log subscriptions", groups, lambda name: subscriptions_of(reading, name))
    assert service.answers[400] > 0
    assert found == {name: [] for name in groups}
    assert service.answers.total() < 1.5 * FUNCTIONS
