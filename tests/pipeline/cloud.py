"""The sample, deployed to a local cloud in which IAM and TLS decide, with a Sentry that never answers."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests

from cdk_sentry.pipeline.operate.deployed import Deployed, find
from demo.deployment import Cdk, Deployment
from demo.ministack import ministack
from demo.traffic import SignedSession
from tests.harness.answer import Answer
from tests.harness.sink import Sink

Key = tuple[str, str]


@dataclass(frozen=True)
class Cloud:
    """The deployed sample.

    Attributes:
        session: signs requests.
        parts: what the operations work on.
        log: of the local cloud and its functions.
    """

    deployment: Deployment
    session: SignedSession
    parts: Deployed
    stack: str
    log: Path

    def client(self, service: str) -> Any:
        """A boto3 client."""
        return self.deployment.aws.client(service)

    def call(self, method: str, path: str, body: str = "") -> requests.Response:
        """Calls the deployed API, signed."""
        return self.session.request(method, f"{self.deployment.api_url()}{path}", body)

    def stored(self) -> dict[Key, dict[str, Any]]:
        """Every event in the table, by user and id."""
        return {
            (_text(item, "pk", "USER#"), _text(item, "sk", "EVENT#")): item
            for item in self._items()
            if item["sk"]["S"].startswith("EVENT#")
        }

    def counters(self) -> Counter[tuple[str, str, str]]:
        """Every counter, by user, day and type."""
        found: Counter[tuple[str, str, str]] = Counter()
        for item in self._items():
            if item["sk"]["S"].startswith("DAY#"):
                for name, value in item.items():
                    if name.startswith("type:"):
                        place = _text(item, "pk", "USER#"), _text(item, "sk", "DAY#"), name.removeprefix("type:")
                        found[place] = int(value["N"])
        return found

    def quarantined(self) -> int:
        """How many messages the quarantine holds."""
        count = "ApproximateNumberOfMessages"
        sqs = self.client("sqs")
        answer = sqs.get_queue_attributes(QueueUrl=self.parts.quarantine_url, AttributeNames=[count])
        return int(answer["Attributes"][count])

    def history(self, user_id: str, **parameters: str) -> dict[str, Any]:
        """What the API counts of a user."""
        return self._page(user_id, "history", parameters)

    def events(self, user_id: str, **parameters: str) -> list[dict[str, Any]]:
        """All pages of a user's events."""
        found: list[dict[str, Any]] = []
        after: dict[str, str] = {}
        while True:
            page = self._page(user_id, "events", {**parameters, **after})
            found += page["events"]
            if page["next"] is None:
                return found
            after = {"after": page["next"]}

    def _page(self, user_id: str, what: str, parameters: dict[str, str]) -> dict[str, Any]:
        query = "&".join(f"{name}={quote(value, safe='')}" for name, value in sorted(parameters.items()))
        response = self.call("GET", f"/users/{quote(user_id, safe='')}/{what}" + (f"?{query}" if query else ""))
        assert response.status_code == 200, response.text
        page: dict[str, Any] = json.loads(response.text)
        return page

    def _items(self) -> Iterator[dict[str, Any]]:
        for page in self.client("dynamodb").get_paginator("scan").paginate(TableName=self.parts.table):
            yield from page["Items"]


@contextmanager
def deployed(work: Path) -> Iterator[Cloud]:
    """The sample in a local cloud of its own, for as long as the block lasts."""
    with Sink(Answer(hang=True)) as sentry, ministack(work) as running:
        running.aws.client("ssm").put_parameter(Name="/Sentry/Dsn", Value=sentry.dsn, Type="String")
        cdk = Cdk(running.aws, work)
        cdk.bootstrap()
        cdk.deploy()
        stack, deployment = "activity-history-local", Deployment(running.aws)
        parts = find(deployment.resources, stack)
        yield Cloud(deployment, SignedSession(running.aws), parts, stack, work / "ministack.log")


def _text(item: dict[str, Any], name: str, prefix: str) -> str:
    return str(item[name]["S"]).removeprefix(prefix)
