"""A small pipeline and what AWS says of it on a good day, for tests that ask nobody.

API -> Take -> Stream -> Mapping -> Store -> Table; what Store gives up goes to Dead. Beside it Rule -> Machine; Topic.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cdk_sentry.cli.aws import Aws
from cdk_sentry.cli.diagnose.diagnosis import Diagnosis, Looked, conclude, questions_of
from cdk_sentry.cli.diagnose.function_log import FunctionLog, Run
from cdk_sentry.cli.diagnose.http_get import Answer
from cdk_sentry.cli.diagnose.metrics import Figure
from cdk_sentry.cli.diagnose.parallel import NoAnswer
from cdk_sentry.cli.diagnose.probes.api import ApiFacts, Route
from cdk_sentry.cli.diagnose.probes.dynamodb_table import TableFacts
from cdk_sentry.cli.diagnose.probes.event_rule import RuleFacts
from cdk_sentry.cli.diagnose.probes.kinesis_stream import StreamFacts
from cdk_sentry.cli.diagnose.probes.lambda_function import FunctionFacts
from cdk_sentry.cli.diagnose.probes.mapping import MappingFacts
from cdk_sentry.cli.diagnose.probes.sns_topic import TopicFacts
from cdk_sentry.cli.diagnose.probes.sqs_queue import QueueFacts
from cdk_sentry.cli.diagnose.probes.state_machine import StateMachineFacts
from cdk_sentry.cli.diagnose.survey import Survey
from cdk_sentry.cli.stacks import Resource

STACK = "shop"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SINCE = NOW - timedelta(hours=1)
_ARN = "arn:aws:%s:eu-central-1:123456789012:%s"


class StubbedAws(Aws):
    """Clients that answer what a test has told them."""

    def __init__(self, **clients: Any) -> None:
        super().__init__(region="eu-central-1")
        self.of = clients

    def client(self, service: str, *, region: str | None = None) -> Any:
        del region
        return self.of[service]


def resource(kind: str, logical_id: str, physical_id: str = "") -> Resource:
    return Resource(STACK, f"AWS::{kind}", logical_id, physical_id or logical_id, "CREATE_COMPLETE")


API = resource("ApiGateway::RestApi", "Api", "a1b2c3")
RULE = resource("Events::Rule", "Rule")
TOPIC = resource("SNS::Topic", "Topic", _ARN % ("sns", "Topic"))
MACHINE = resource("StepFunctions::StateMachine", "Machine", _ARN % ("states", "stateMachine:Machine"))
TAKE = resource("Lambda::Function", "Take")
STORE = resource("Lambda::Function", "Store")
STREAM = resource("Kinesis::Stream", "Stream")
MAPPING = resource("Lambda::EventSourceMapping", "Mapping", "6d9b4e5a-0000-4000-8000-000000000000")
DEAD = resource("SQS::Queue", "Dead", "https://sqs.eu-central-1.amazonaws.com/123456789012/Dead")
TABLE = resource("DynamoDB::Table", "Table")
ALL = (API, RULE, TOPIC, MACHINE, TAKE, STORE, STREAM, MAPPING, DEAD, TABLE)

ROUTE = Route("GET", "/orders/{id}", "AWS_IAM", needs_key=False, target=_ARN % ("lambda", "function:Take"))


def survey(**more: Any) -> Survey:
    template = {"Resources": {"Api": {"Properties": {"Name": "shop-api"}}}}
    made = Survey(Aws(region="eu-central-1"), STACK, ALL, {STACK: template}, SINCE, NOW)
    return replace(made, **more)


def function(name: str, *runs: Run, complaints: Mapping[str, int] | None = None, **environment: str) -> FunctionFacts:
    configuration = {
        "FunctionName": name,
        "Role": f"arn:aws:iam::123456789012:role/{name}Role",
        "Handler": "app.handler",
        "Timeout": 10,
        "LastModified": "2026-03-02T11:30:00.000+0000",
        "Environment": {"Variables": environment},
    }
    log = FunctionLog(int(SINCE.timestamp() * 1000), runs or (run(),), complaints or {})
    return FunctionFacts(configuration, None, log, [], [])


def run(at: datetime = NOW, **more: Any) -> Run:
    return Run(int(at.timestamp() * 1000), **more)


def mapping(**more: Any) -> MappingFacts:
    return MappingFacts(
        {
            "UUID": MAPPING.physical_id,
            "EventSourceArn": _ARN % ("kinesis", "stream/Stream"),
            "FunctionArn": _ARN % ("lambda", "function:Store"),
            "State": "Enabled",
            "LastProcessingResult": "OK",
            "DestinationConfig": {"OnFailure": {"Destination": _ARN % ("sqs", "Dead")}},
        }
        | more
    )


def good_day() -> dict[Resource, Any]:
    """What every step says of itself when all is well."""
    return {
        API: ApiFacts("prod", [ROUTE], {ROUTE: Answer("/orders/ada", 200, 12, "{}")}, [], []),
        RULE: RuleFacts({"Name": "Rule", "State": "ENABLED"}, [{"Id": "t", "Arn": MACHINE.physical_id}]),
        TOPIC: TopicFacts([{"Endpoint": "somebody@example.com", "SubscriptionArn": f"{TOPIC.physical_id}:1"}], None),
        MACHINE: StateMachineFacts({"status": "ACTIVE", "definition": "{}"}, []),
        TAKE: function("Take", STREAM_NAME="Stream"),
        STORE: function("Store", TABLE_NAME="Table"),
        STREAM: StreamFacts({"StreamStatus": "ACTIVE"}, [], None),
        MAPPING: mapping(),
        DEAD: QueueFacts({"ApproximateNumberOfMessages": "0"}, None),
        TABLE: TableFacts({"TableStatus": "ACTIVE", "ItemCount": 7}, None, None),
    }


def concluded(
    *,
    facts: Mapping[Resource, Any] | None = None,
    figures: Mapping[Resource, Mapping[str, Figure]] | NoAnswer | None = None,
    alarms: Any = (),
    of: Survey | None = None,
) -> Diagnosis:
    """The diagnosis of a good day on which this was otherwise; any of it may be `NoAnswer`."""
    about = of or survey()
    seen = good_day() | dict(facts or {})
    looked: dict[Any, Any] = {each: of if isinstance(of, NoAnswer) else Looked(of, 1) for each, of in seen.items()}
    looked |= {"metrics": figures or {}, "alarms": list(alarms) if isinstance(alarms, tuple) else alarms}
    return conclude(about, questions_of(about), looked)
