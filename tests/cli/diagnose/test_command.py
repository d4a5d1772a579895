"""The command as a whole, against an account in memory: arguments, documents, exit codes, time and calls."""

import json
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cdk_sentry.cli.diagnose import COMMAND
from tests.harness.run import Run

STACK = "shop"
ROLE = "arn:aws:iam::123456789012:role/Role"
Diagnose = Callable[..., Run]


class Account:
    """A stack of functions, each with a queue; an operation that it does not know is a mistake of the test."""

    def __init__(self, functions: int = 1, *, latency_s: float = 0) -> None:
        self.functions = [f"F{number}" for number in range(functions)]
        self.latency_s = latency_s
        self.reserved: dict[str, int] = {}
        self.denied: set[str] = set()
        self.calls: Counter[str] = Counter()
        self._lock = Lock()

    def call(self, operation: str, given: Mapping[str, Any]) -> Any:
        with self._lock:
            self.calls[operation] += 1
        time.sleep(self.latency_s)
        if operation in self.denied:
            message = f"User: u is not authorized to perform: x:{operation}"
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": message}}, operation)
        return getattr(self, operation)(**given)

    def ListStackResources(self, StackName: str) -> Any:  # noqa: N802, N803 - AWS's names
        if StackName != STACK:
            error = {"Code": "ValidationError", "Message": f"Stack with id {StackName} does not exist"}
            raise ClientError({"Error": error}, "ListStackResources")
        queues = [("AWS::SQS::Queue", f"Q{name}", f"https://sqs/1/Q{name}") for name in self.functions]
        functions = [("AWS::Lambda::Function", name, name) for name in self.functions]
        return {
            "StackResourceSummaries": [
                {"ResourceType": kind, "LogicalResourceId": id_, "PhysicalResourceId": name, "ResourceStatus": "OK"}
                for kind, id_, name in [*queues, *functions]
            ]
        }

    def ListStacks(self) -> Any:  # noqa: N802 - AWS's name
        return {"StackSummaries": [{"StackName": STACK, "StackStatus": "CREATE_COMPLETE"}]}

    def GetTemplate(self, StackName: str, TemplateStage: str) -> Any:  # noqa: N802, N803 - AWS's names
        assert (StackName, TemplateStage) == (STACK, "Processed")
        return {"TemplateBody": "Resources:\n  F0:\n    Metadata: {aws:cdk:path: shop/Orders/Take/Resource}\n"}

    def GetFunctionConfiguration(self, FunctionName: str) -> Any:  # noqa: N802, N803 - AWS's names
        variables = {"QUEUE_URL": f"https://sqs/1/Q{FunctionName}"}
        return {
            "FunctionName": FunctionName,
            "Role": ROLE,
            "LastModified": "2026-03-02T11:30:00.000+0000",
            "Environment": {"Variables": variables},
        }

    def GetFunctionConcurrency(self, FunctionName: str) -> Any:  # noqa: N802, N803 - AWS's names
        reserved = self.reserved.get(FunctionName)
        return {} if reserved is None else {"ReservedConcurrentExecutions": reserved}

    def FilterLogEvents(self, **_: Any) -> Any:  # noqa: N802 - AWS's name
        return {"events": []}

    def GetQueueAttributes(self, **_: Any) -> Any:  # noqa: N802 - AWS's name
        return {"Attributes": {"ApproximateNumberOfMessages": "0"}}

    def GetMetricData(self, **_: Any) -> Any:  # noqa: N802 - AWS's name
        return {"MetricDataResults": []}

    def DescribeAlarms(self, **_: Any) -> Any:  # noqa: N802 - AWS's name
        return {"MetricAlarms": []}


@pytest.fixture
def diagnose(command: Callable[..., Run], monkeypatch: pytest.MonkeyPatch) -> Diagnose:
    """Runs `cdk-sentry diagnose --stack shop` against an account."""

    def run(account: Account, *words: str, stack: str = STACK) -> Run:
        monkeypatch.setattr(
            "botocore.client.BaseClient._make_api_call", lambda _, operation, given: account.call(operation, given)
        )
        return command("diagnose", "--stack", stack, *words)

    return run


def test_a_healthy_stack_ends_with_0(diagnose: Diagnose) -> None:
    done = diagnose(Account())

    assert (done.code, done.err) == (0, "")
    assert "Every step is healthy." in done.out


def test_a_sick_step_ends_with_1_the_reason_and_the_next_command(diagnose: Diagnose) -> None:
    account = Account()
    account.reserved["F0"] = 0

    done = diagnose(account)

    words = " ".join(done.out.split())
    assert done.code == 1
    assert "✗ function Orders/Take throttled: its reserved concurrency is 0" in words
    assert "Next: aws lambda delete-function-concurrency --function-name F0" in words


def test_the_document_says_what_the_text_says(diagnose: Diagnose) -> None:
    account = Account()
    account.reserved["F0"] = 0

    document = diagnose(account, "--json", "--since", "2h").document

    assert list(document) == ["stack", "user", "since", "until", "verdict", "steps", "denied_actions"]
    assert document["verdict"] == {
        "step": "Orders/Take",
        "what": "function",
        "id": "switched-off",
        "health": "sick",
        "summary": "throttled: its reserved concurrency is 0, so Lambda refuses every call",
        "weight": "off",
        "evidence": ["get-function-concurrency says 0"],
        "next_command": "aws lambda delete-function-concurrency --function-name F0",
        "explains": [],
        "also_sick": [],
    }
    since, until = (datetime.fromisoformat(document[name]) for name in ("since", "until"))
    assert abs(until - since - timedelta(hours=2)) < timedelta(seconds=10)
    [step] = [step for step in document["steps"] if step["what"] == "function"]
    assert list(step) == ["step", "what", "logical_id", "physical_id", "health", "duration_ms", "findings"]
    assert (step["step"], step["logical_id"], step["physical_id"]) == ("Orders/Take", "F0", "F0")
    assert step["findings"][-1] == {"id": "runs", "health": "healthy", "summary": "has not run in this time"}


@pytest.mark.parametrize("operation", ["GetFunctionConcurrency", "GetMetricData", "DescribeAlarms", "GetTemplate"])
def test_what_is_denied_is_one_line_and_2_and_the_rest_is_told(diagnose: Diagnose, operation: str) -> None:
    account = Account()
    account.denied.add(operation)

    done = diagnose(account, "--json")

    assert done.code == 2
    assert done.err == f"cdk-sentry: not everything could be asked: ask for what is missing in IAM: x:{operation}\n"
    assert done.document["denied_actions"] == [f"x:{operation}"]
    assert [step["what"] for step in done.document["steps"] if step["health"] == "healthy"]


def test_a_stack_that_may_not_be_listed_is_one_line_and_2(diagnose: Diagnose) -> None:
    account = Account()
    account.denied.add("ListStackResources")

    done = diagnose(account)

    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert "x:ListStackResources is missing" in done.err


def test_a_stack_that_is_not_there_is_said_with_those_called_nearly_so(diagnose: Diagnose) -> None:
    done = diagnose(Account(), stack="shopp")

    assert (done.code, done.out) == (2, "")
    assert "did you mean shop?" in done.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--since", "soon"], "'soon' is no span such as 90s, 30m, 1h or 2d"),
        (["--since", "15d"], "'15d' does not lie within the last 14 days"),
        (["--since", "0m"], "'0m' does not lie within the last 14 days"),
        (["--since", "2999-01-01"], "does not lie within"),
        (["--timeout", "0.5"], "0.5 s: give 1 to 600"),
        (["--timeout", "nan"], "nan s: give 1 to 600"),
        (["--timeout", "long"], "'long' is no number of seconds"),
        (["--path", "orders"], "'orders' is no path such as /users/{user}/history"),
        (["--header", "x-api-key"], "'x-api-key' is no header such as 'x-api-key: KEY'"),
        (["--user-key", "USER#"], "'USER#' has no place for the user, such as 'USER#{user}' has"),
        (["--api-url", "shop.example"], "'shop.example' is no address such as"),
        (["--user", ""], "--user: it is empty"),
    ],
)
def test_an_argument_that_makes_no_sense_is_refused_before_aws_is_asked(diagnose: Diagnose, words, says) -> None:
    account = Account()

    done = diagnose(account, *words)

    assert done.code == 2
    assert says in done.err
    assert not account.calls


@pytest.mark.parametrize("since", ["90s", "30 min", "14d"])
def test_spans_are_taken_back_from_now(diagnose: Diagnose, since: str) -> None:
    assert diagnose(Account(), "--since", since).code == 0


def test_a_time_without_zone_is_utc(diagnose: Diagnose) -> None:
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)

    document = diagnose(Account(), "--json", "--since", at.replace(tzinfo=None).isoformat()).document

    assert datetime.fromisoformat(document["since"]) == at


def test_three_hundred_functions_are_asked_in_parallel_and_with_few_calls_each(diagnose: Diagnose) -> None:
    account = Account(300, latency_s=0.002)

    done = diagnose(account, "--json")

    assert done.code == 0, done.err
    assert len(done.document["steps"]) == 300 * 2 + 1
    assert account.calls["FilterLogEvents"] == account.calls["GetFunctionConfiguration"] == 300
    assert sum(account.calls.values()) <= 300 * 4 + 10


def test_what_takes_too_long_is_unknown_and_the_command_ends_in_time(diagnose: Diagnose) -> None:
    began = time.monotonic()

    done = diagnose(Account(40, latency_s=0.4), "--timeout", "1", "--json")

    assert time.monotonic() - began < 10
    assert done.code == 2
    late = [step for step in done.document["steps"] if step["health"] == "unknown"]
    assert {finding["summary"] for step in late for finding in step["findings"]} >= {"no answer within 1 s"}


def test_nothing_that_writes_is_permitted() -> None:
    verbs = ("Describe", "Filter", "Get", "List", "Query", "GET", "Invoke")
    actions = [action for permission in COMMAND.permissions for action in permission.actions]

    assert all(action.partition(":")[2].startswith(verbs) for action in actions)
    assert [action for action in actions if action.endswith(":Invoke")] == ["execute-api:Invoke"]


def test_the_only_api_requests_that_are_permitted_are_gets() -> None:
    [invoke] = [permission for permission in COMMAND.permissions if "execute-api:Invoke" in permission.actions]

    assert json.dumps(invoke.resources).count("/GET/") == len(invoke.resources)
