"""The sample, to be broken on purpose and put right again."""

import io
import json
import uuid
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from demo.deployment import Cdk, Deployment
from demo.local_aws import LocalAws
from demo.ministack import ministack
from demo.traffic import SignedSession
from demo.waiting import wait_until
from tests.harness.run import Run
from tests.harness.sink import Sink
from tests.local_cloud.command import run
from tests.local_cloud.conftest import DSN_PARAMETER

STACK = "activity-history-local"
_THROUGH_S = 60.0


def diagnose(aws: LocalAws, stack: str, since: datetime, *more: str) -> Run:
    """Runs `cdk-sentry diagnose --json` as a user does."""
    return run(aws.environment(), "diagnose", "--stack", stack, "--since", since.isoformat(), "--json", *more)


@dataclass
class Sample:
    """The deployed sample. What breaks it says in `undo` how it is put right."""

    aws: LocalAws
    deployment: Deployment
    session: SignedSession
    undo: ExitStack = field(default_factory=ExitStack)

    def client(self, service: str) -> Any:
        return self.aws.client(service)

    def id_of(self, kind: str, name: str = "") -> str:
        return self.deployment.one(f"AWS::{kind}", name).physical_id

    def function(self, name: str) -> str:
        return self.id_of("Lambda::Function", f"Activity{name}")

    @property
    def stream(self) -> str:
        return self.id_of("Kinesis::Stream")

    @property
    def table(self) -> str:
        return self.id_of("DynamoDB::Table")

    @property
    def mapping(self) -> str:
        return self.id_of("Lambda::EventSourceMapping")

    def queue(self, name: str) -> str:
        return self.id_of("SQS::Queue", name)

    def role(self, function: str) -> str:
        configuration = self.client("lambda").get_function_configuration(FunctionName=self.function(function))
        return configuration["Role"].rsplit("/", 1)[-1]

    def event(self, user: str = "ada", **more: Any) -> dict[str, Any]:
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {"user_id": user, "event_id": uuid.uuid4().hex, "type": "page_view", "occurred_at": now} | more

    def post(self, event: Any) -> int:
        url = f"{self.deployment.api_url()}/activity"
        return self.session.request("POST", url, json.dumps(event)).status_code

    def get(self, user: str = "ada") -> int:
        return self.session.request("GET", f"{self.deployment.api_url()}/users/{user}/history").status_code

    def put_on_stream(self, *events: dict[str, Any]) -> None:
        """As another producer does, past the API and its checks."""
        for event in events:
            data = json.dumps({"event": event, "request_id": "test"}).encode()
            self.client("kinesis").put_record(StreamName=self.stream, Data=data, PartitionKey=str(event["user_id"]))

    def stored(self, user: str) -> int:
        return self.client("dynamodb").query(
            TableName=self.table,
            KeyConditionExpression="pk = :user",
            ExpressionAttributeValues={":user": {"S": f"USER#{user}"}},
            Select="COUNT",
        )["Count"]

    def messages(self, queue: str) -> int:
        attributes = self.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
        return int(attributes["ApproximateNumberOfMessages"])

    def until(self, condition: Callable[[], bool], what: str) -> None:
        wait_until(condition, what=what, timeout_s=_THROUGH_S)

    def until_batch_failed(self) -> None:
        client = self.client("lambda")
        self.until(
            lambda: client.get_event_source_mapping(UUID=self.mapping)["LastProcessingResult"] == "FAILED",
            "a batch to fail",
        )

    def until_works(self) -> None:
        """One event goes through all of it, and its user gets to see it."""
        user = f"through-{uuid.uuid4().hex}"
        self.until(lambda: self.post(self.event(user)) == 202, "the API to take an event")
        self.until(lambda: self.stored(user) > 0, "the event to be stored")
        self.until(lambda: self.get(user) == 200, "the API to show it")
        self.purge()

    def purge(self) -> None:
        for name in ("Quarantine", "Failures"):
            self.client("sqs").purge_queue(QueueUrl=self.queue(name))

    def set_variable(self, function: str, name: str, value: str | None) -> None:
        """Sets or, with None, removes an environment variable; undone later."""
        client, function_name = self.client("lambda"), self.function(function)
        before = client.get_function_configuration(FunctionName=function_name)["Environment"]["Variables"]
        after = {key: each for key, each in before.items() if key != name} | ({name: value} if value else {})
        client.update_function_configuration(FunctionName=function_name, Environment={"Variables": after})
        self.undo.callback(
            client.update_function_configuration, FunctionName=function_name, Environment={"Variables": before}
        )

    def deploy_code(self, function: str, module: str, source: str) -> None:
        """Deploys other code, without the layer's bootstrap as nothing else of it is wanted; undone later."""
        client, name = self.client("lambda"), self.function(function)
        before = self.code_of(name)
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as zipped:
            zipped.writestr(f"{module}.py", source)
        client.update_function_code(FunctionName=name, ZipFile=archive.getvalue())
        self.undo.callback(client.update_function_code, FunctionName=name, ZipFile=before)

    def code_of(self, function_name: str) -> bytes:
        location = self.client("lambda").get_function(FunctionName=function_name)["Code"]["Location"]
        # The local cloud names itself as if it spoke plain HTTP.
        answer = self.aws.session().get(location.replace("http://", "https://", 1))
        answer.raise_for_status()
        return answer.content

    @contextmanager
    def broken(self, how: Callable[["Sample"], None]) -> Iterator[datetime]:
        """Broken in one way for as long as the block lasts; the time is that of the beginning."""
        self.purge()
        since = datetime.now(UTC) - timedelta(milliseconds=1)
        with ExitStack() as self.undo:
            how(self)
            yield since
        self.until_works()

    def diagnose(self, since: datetime, user: str = "") -> Run:
        return diagnose(self.aws, STACK, since, *(("--user", user) if user else ()))


@contextmanager
def deployed_sample(work: Path) -> Iterator[Sample]:
    """The sample in a local cloud of its own."""
    with Sink() as sentry, ministack(work) as running:
        running.aws.client("ssm").put_parameter(Name=DSN_PARAMETER, Value=sentry.dsn, Type="String")
        cdk = Cdk(running.aws, work)
        cdk.bootstrap()
        cdk.deploy()
        deployed = Sample(running.aws, Deployment(running.aws), SignedSession(running.aws))
        deployed.until_works()
        yield deployed
