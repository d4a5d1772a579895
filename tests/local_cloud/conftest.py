"""The sample, deployed once by the real CDK CLI to a local cloud, with a scripted Sentry."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from demo import traffic
from demo.accounting import Accounts, Check
from demo.deployment import Cdk, Deployment
from demo.ministack import ministack
from demo.sentry_inbox import tags_of, title
from demo.traffic import Activity, Sent, SignedSession
from tests.harness.sink import Sink

DSN_PARAMETER = "/Sentry/Dsn"
THROUGH_TIMEOUT_S = 60.0


@dataclass(frozen=True)
class Cloud:
    """The deployed sample and the Sentry it reports to."""

    deployment: Deployment
    cdk: Cdk
    sentry: Sink
    session: SignedSession

    def client(self, service: str) -> Any:
        return self.deployment.aws.client(service)

    def function_name(self, logical_id: str) -> str:
        return self.deployment.one("AWS::Lambda::Function", logical_id).physical_id

    def variables(self) -> Mapping[str, Mapping[str, str]]:
        """Environment variables of each function, by its name."""
        return {
            function["FunctionName"]: function["Environment"]["Variables"] for function in self.deployment.functions()
        }

    def wait_for_function_events(self, count: int) -> list[dict[str, Any]]:
        """The events, once there are `count`, without those by which `cdk-sentry dsn test` tries the address."""

        def found() -> list[dict[str, Any]]:
            return [event for event in self.sentry.events if event.get("logger") != "cdk-sentry"]

        self.sentry.wait_for(lambda: len(found()) >= count, f"{count} events of functions")
        return found()

    def wait_for_event(self, function: str, title_part: str) -> dict[str, Any]:
        """The first event of a function in Sentry whose title holds `title_part`."""
        name = self.function_name(function)

        def found() -> list[dict[str, Any]]:
            of_it = (event for event in self.sentry.events if tags_of(event).get("function_name") == name)
            return [event for event in of_it if title_part in title(event)]

        self.sentry.wait_for(lambda: bool(found()), f"event of {name} with {title_part}")
        return found()[0]


@dataclass(frozen=True)
class Traffic:
    """What was posted, the answers, and the comparisons once everything had gone through."""

    activities: list[Activity]
    sent: list[Sent]
    checks: list[Check]
    accounts: Accounts


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    work = tmp_path_factory.mktemp("local-cloud")
    with Sink() as sentry, ministack(work) as running:
        running.aws.client("ssm").put_parameter(Name=DSN_PARAMETER, Value=sentry.dsn, Type="String")
        cdk = Cdk(running.aws, work)
        cdk.bootstrap()
        cdk.deploy()
        yield Cloud(Deployment(running.aws), cdk, sentry, SignedSession(running.aws))


@pytest.fixture(scope="session")
def shipped_traffic(cloud: Cloud) -> Traffic:
    activities = traffic.load()
    sent = traffic.send(cloud.session, cloud.deployment.api_url(), activities, on_sent=lambda: None)
    accounts = Accounts(cloud.deployment, cloud.session, activities)
    return Traffic(activities, sent, accounts.wait_until_through(timeout_s=THROUGH_TIMEOUT_S), accounts)
