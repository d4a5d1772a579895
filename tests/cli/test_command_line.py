"""What every subcommand has in common: how it starts, how it fails, how it ends."""

import argparse
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from types import SimpleNamespace
from typing import ClassVar

import botocore.exceptions
import botocore.parsers
import pytest
from rich.table import Table

from cdk_sentry.cli import main as command_line
from cdk_sentry.cli.aws import Aws
from cdk_sentry.cli.command import Command as Subcommand
from cdk_sentry.cli.command import Exit, Invocation
from cdk_sentry.cli.errors import CommandError, explain
from cdk_sentry.cli.stacks import resources_of
from demo.waiting import wait_until
from tests.cli.conftest import REGION
from tests.harness.answer import Answer
from tests.harness.aws_api import AwsApi
from tests.harness.run import Run
from tests.harness.sink import Sink

Command = Callable[..., Run]

PROGRAM = [sys.executable, "-m", "cdk_sentry"]
HEAVY = ("aws_cdk", "constructs", "boto3", "botocore", "rich", "shtab")
ALL = [name for top in command_line.COMMANDS for name, _ in command_line.load(top).runnable()]


@pytest.fixture
def terminal() -> Iterator[None]:
    """Lets Ctrl-C reach what the test starts, as a terminal does: a shell starts background jobs deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def start(*words: str, **environment: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [*PROGRAM, *words],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def aws_api(aws_environment: None) -> Iterator[AwsApi]:
    with AwsApi(Answer.json({})) as api:
        yield api


def endpoint(api: AwsApi) -> str:
    return next(iter(api.environment.values()))


def test_help_loads_nothing_that_only_a_run_needs() -> None:
    program = "import sys; from cdk_sentry.cli.main import main\ntry: main(['--help'])\nfinally: print(*sys.modules)"
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = finished.stdout.splitlines()[-1].split()

    assert "cdk_sentry.cli.main" in loaded
    assert not [name for name in loaded if name.partition(".")[0] in HEAVY]


def test_help_is_there_in_less_than_three_tenths_of_a_second() -> None:
    """The best of five by processor time, which other processes of this machine do not lengthen much."""

    def cpu_s() -> float:
        before = os.times()
        subprocess.run([*PROGRAM, "--help"], capture_output=True, check=True)
        after = os.times()
        spent = (after.children_user - before.children_user, after.children_system - before.children_system)
        return sum(spent)

    assert min(cpu_s() for _ in range(5)) < 0.3


@pytest.mark.parametrize("name", ALL)
def test_no_subcommand_loads_aws_cdk(name) -> None:
    words = [*name.split(), "--help"]
    program = f"import sys; from cdk_sentry.cli.main import main\ntry: main({words})\nfinally: print(*sys.modules)"
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = finished.stdout.splitlines()[-1].split()

    assert not [each for each in loaded if each.partition(".")[0] in {"aws_cdk", "constructs", "jsii"}]


@pytest.mark.parametrize("name", ALL)
def test_every_subcommand_says_what_it_does_and_takes_the_common_options(command: Command, name) -> None:
    shown = command(*name.split(), "--help")
    assert shown.code == 0
    for option in ("--profile", "--region", "--endpoint-url", "--json"):
        assert option in shown.out


def test_help_lists_every_subcommand_with_its_summary(command: Command) -> None:
    shown = command("--help")
    assert shown.code == 0
    for name, summary in command_line.COMMANDS.items():
        assert re.search(rf"^    {name}\b", shown.out, re.MULTILINE)
        assert " ".join(summary.split()) in " ".join(shown.out.split())


def test_summaries_are_sentences_without_their_end() -> None:
    for top in command_line.COMMANDS:
        for name, subcommand in command_line.load(top).runnable():
            assert subcommand.summary, name
            assert subcommand.summary[0].isupper(), name
            assert not subcommand.summary.endswith("."), name


def test_the_version_is_that_of_the_package(command: Command) -> None:
    assert command("--version").out == f"cdk-sentry {version('cdk-sentry')}\n"


@pytest.mark.parametrize("words", [(), ("nonsense",), ("dsn",), ("dsn", "get", "--nonsense"), ("dsn", "get", "--na=x")])
def test_a_command_line_that_makes_no_sense_ends_with_2(command: Command, words) -> None:
    done = command(*words)
    assert (done.code, done.out) == (2, "")
    assert "usage: cdk-sentry" in done.err


def test_an_address_that_is_none_is_refused_before_anything_is_sent(command: Command) -> None:
    done = command("dsn", "get", "--endpoint-url", "localhost:4566")
    assert done.code == 2
    assert "'localhost:4566' is no address such as http://127.0.0.1:4566" in done.err


def test_no_credentials_are_said_with_what_to_do(command: Command, monkeypatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    done = command("dsn", "get")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("cdk-sentry: no AWS credentials")
    assert "--profile" in done.err
    assert done.err.count("\n") == 1


def test_no_region_is_said_with_what_to_do(command: Command, monkeypatch) -> None:
    monkeypatch.delenv("AWS_REGION")
    done = command("dsn", "get")
    assert done.code == 2
    assert "--region" in done.err


def test_an_unknown_profile_is_said_with_those_that_there_are(command: Command, monkeypatch, tmp_path) -> None:
    file = tmp_path / "config"
    file.write_text("[profile staging]\nregion = eu-west-1\n[profile production]\nregion = eu-west-1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    done = command("dsn", "get", "--profile", "stagin")
    assert done.code == 2
    assert "stagin" in done.err
    assert "production, staging" in done.err.replace("staging, production", "production, staging")


def test_an_endpoint_where_nobody_listens_is_said(command: Command, aws_api: AwsApi, monkeypatch) -> None:
    address = endpoint(aws_api)
    aws_api.__exit__()
    attempts: list[object] = []

    def at_once(_: object, context: object) -> int:
        attempts.append(context)
        return 0

    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", at_once)
    done = command("dsn", "get", "--endpoint-url", address)
    assert done.code == 2
    assert len(attempts) == 3  # more would be half a minute of silence
    assert "AWS cannot be reached" in done.err
    assert address in done.err
    assert "--endpoint-url" in done.err


DENIED = (
    "User: arn:aws:iam::123456789012:user/ci is not authorized to perform: ssm:GetParameter on resource: "
    "arn:aws:ssm:eu-central-1:123456789012:parameter/Sentry/Dsn because no identity-based policy allows it"
)


@pytest.mark.parametrize(
    ("code", "message", "said"),
    [
        ("AccessDeniedException", DENIED, "the IAM action ssm:GetParameter is missing on arn:aws:ssm:eu-central-1:"),
        ("AccessDeniedException", "Denied.", "the IAM action ssm:GetParameter is missing"),
        ("ExpiredTokenException", "The security token is expired", "have expired"),
        ("UnrecognizedClientException", "invalid", "does not accept these credentials"),
        ("InternalError", "at\nnight", "GetParameter: InternalError: at night"),
    ],
)
def test_what_aws_refuses_is_said_in_one_line(command: Command, aws_api: AwsApi, code, message, said) -> None:
    aws_api.answer = Answer.json({"__type": code, "message": message}, status=400)
    done = command("dsn", "get", "--endpoint-url", endpoint(aws_api))
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert done.err.count("\n") == 1


def test_throttled_calls_are_repeated_and_then_given_up(command: Command, aws_api: AwsApi, monkeypatch) -> None:
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
    monkeypatch.setattr("botocore.retries.bucket.TokenBucket.acquire", lambda *_, **__: True)
    aws_api.answer = Answer.json({"__type": "ThrottlingException", "message": "Rate exceeded"}, status=400)
    done = command("dsn", "get", "--endpoint-url", endpoint(aws_api))
    assert done.code == 2
    assert len(aws_api.requests) == 8
    assert "AWS throttles GetParameter, also after retries" in done.err


@pytest.mark.parametrize(
    ("service", "operation", "arguments", "action"),
    [
        ("cloudwatch", "describe_alarms", {}, "cloudwatch:DescribeAlarms"),
        ("apigateway", "get_rest_apis", {}, "apigateway:GET"),
        ("lambda", "list_functions", {}, "lambda:ListFunctions"),
        ("stepfunctions", "list_state_machines", {}, "states:ListStateMachines"),
        ("sqs", "list_queues", {}, "sqs:ListQueues"),
    ],
)
def test_the_missing_action_is_known_where_aws_does_not_name_it(aws_api: AwsApi, service, operation, arguments, action):
    aws_api.answer = Answer(
        403,
        {"X-Amzn-ErrorType": "AccessDeniedException", "Content-Type": "application/json"},
        b'{"__type": "AccessDeniedException", "message": "no"}',
    )
    client = Aws(region=REGION, endpoint_url=endpoint(aws_api)).client(service)
    with pytest.raises(botocore.exceptions.ClientError) as refused:
        getattr(client, operation)(**arguments)
    assert f"the IAM action {action} is missing" in str(explain(refused.value))


def test_every_error_of_the_way_to_aws_is_one_line() -> None:
    """Whatever boto3 raises is explained; what it does not raise is a fault of the command."""
    errors = [
        botocore.exceptions.ReadTimeoutError(endpoint_url="https://x"),
        botocore.exceptions.SSLError(endpoint_url="https://x", error="bad\ncertificate"),
        botocore.exceptions.UnauthorizedSSOTokenError(),
        botocore.exceptions.TokenRetrievalError(provider="sso", error_msg="expired"),
        botocore.exceptions.ProxyConnectionError(proxy_url="http://proxy"),
        botocore.exceptions.PaginationError(message="odd"),
        botocore.parsers.ResponseParserError("Unable to parse response:\nb'<p>...'"),
    ]
    for error in errors:
        assert "\n" not in str(explain(error))
    assert explain(CommandError("as it is")) == "as it is"
    assert explain(KeyError("a fault")) is None


def running(monkeypatch: pytest.MonkeyPatch, run: Callable[[Invocation], Exit]) -> None:
    monkeypatch.setattr(command_line, "COMMANDS", {"it": "Does it"})
    monkeypatch.setattr(command_line, "load", lambda name: Subcommand(name, "Does it", run))


def fails(_: Invocation) -> Exit:
    raise ZeroDivisionError("by\nzero")


def test_a_fault_of_the_command_itself_is_2_and_not_hidden(command: Command, monkeypatch) -> None:
    """Python's own exit code for it would be that of something found."""
    running(monkeypatch, fails)
    done = command("it")
    said, *trace = done.err.splitlines()
    assert (done.code, done.out) == (2, "")
    assert said.startswith("cdk-sentry: a fault of the command's own, please report it")
    assert said.endswith("ZeroDivisionError: by zero")
    assert trace[0] == "Traceback (most recent call last):"
    assert "in fails" in done.err


@pytest.mark.parametrize("words", [("audit", "--all"), ("dsn", "get"), ("diagnose", "--stack", "x")])
@pytest.mark.parametrize("body", [b"<!DOCTYPE html><p>Welcome", b"\n<html><head></head><body>Hello</body></html>"])
@pytest.mark.parametrize("status", [200, 404])
def test_a_server_of_pages_is_not_taken_for_aws(command: Command, aws_api: AwsApi, words, body, status) -> None:
    aws_api.answer = Answer(status, {"Content-Type": "text/html"}, body)
    done = command(*words, "--endpoint-url", endpoint(aws_api))
    assert (done.code, done.out) == (2, "")
    assert done.err == "cdk-sentry: what answers is not AWS: check --endpoint-url, and whether a proxy is in the way\n"


def test_what_is_no_xml_where_aws_speaks_xml_is_not_taken_for_aws(command: Command, aws_api: AwsApi) -> None:
    aws_api.answer = Answer(body=b"It works!")
    done = command("diagnose", "--stack", "x", "--endpoint-url", endpoint(aws_api))
    assert done.code == 2
    assert done.err.startswith("cdk-sentry: what answers is not AWS")
    assert done.err.count("\n") == 1


def in_a_shell(line: str) -> "subprocess.CompletedProcess[str]":
    """Runs a line in which `$it` is the command."""
    return subprocess.run(
        ["bash", "-c", line],
        env=os.environ | {"it": " ".join(PROGRAM), "AWS_EC2_METADATA_DISABLED": "true"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("words", ["--version", "--help", "audit --explain drift", "audit --explain drift --json"])
@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("> /dev/full", "standard output cannot be written: No space left on device"),
        (">&-", "standard output is closed: send it to a file, or to /dev/null"),
    ],
)
def test_output_that_cannot_be_written_is_one_line_and_2(words, where, said) -> None:
    done = in_a_shell(f"$it {words} {where}")
    assert (done.returncode, done.stderr) == (2, f"cdk-sentry: {said}\n")


@pytest.mark.parametrize("where", ["2>/dev/full", "2>&-"])
@pytest.mark.parametrize("words", ["audit --explain nothing", "audit --nonsense"])
def test_errors_that_nobody_can_be_told_of_still_have_their_exit_code(words, where) -> None:
    done = in_a_shell(f"$it {words} {where}")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "")


def test_output_that_cannot_hold_a_character_is_one_line_and_2(monkeypatch) -> None:
    program = (
        "from cdk_sentry.cli import main as it; from cdk_sentry.cli.command import Command\n"
        "it.COMMANDS = {'it': ''}\n"
        "it.load = lambda name: Command(name, '', lambda run: run.output.say('caf\\u00e9') or 0)\n"
        "raise SystemExit(it.main(['it']))"
    )
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "cdk-sentry: standard output cannot be written in ascii: set PYTHONIOENCODING=utf-8\n"


def arguments_with_a_value() -> Iterator[tuple[str, argparse.Action]]:
    def of(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.Action]]:
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                for child in action.choices.values():
                    yield from of(child)
            elif action.nargs != 0:
                yield f"{parser.prog} {action.option_strings[-1:] or action.dest}", action

    return of(command_line.parser(command_line.COMMANDS))


def test_no_argument_takes_an_empty_text_for_left_out() -> None:
    """As `--stack "$STACK"` has it where the variable is not set."""
    taken = []
    for name, action in arguments_with_a_value():
        if action.choices is None:
            assert callable(action.type), name
            for blank in ("", " "):
                try:
                    action.type(blank)
                except argparse.ArgumentTypeError:
                    continue
                taken.append(name)
    assert taken == []


@pytest.mark.parametrize(
    "line",
    [
        ("dsn", "test", ""),
        ("forget", "--stack", "x", "--user", ""),
        ("layer", "build", "--runtime", "nodejs", "--output", ""),
        ("audit", "--stack", ""),
        ("diagnose", "--stack", "x", "--user", ""),
        ("dsn", "get", "--service", ""),
        ("layer", "publish", "--organization", ""),
        ("dsn", "get", "--region", ""),
    ],
)
def test_an_empty_text_is_refused_before_anything_is_done(command: Command, aws_api: AwsApi, line) -> None:
    done = command(*line, "--endpoint-url", endpoint(aws_api))
    assert (done.code, done.out, aws_api.requests) == (2, "", [])
    assert "it is empty: perhaps a variable is not set" in done.err


@pytest.mark.parametrize("code", list(Exit))
def test_the_exit_code_is_what_the_subcommand_found(command: Command, monkeypatch, code) -> None:
    running(monkeypatch, lambda _: code)
    assert command("it").code == code


def test_an_interrupt_is_one_line_and_130(command: Command, monkeypatch) -> None:
    def interrupted(_: Invocation) -> Exit:
        raise KeyboardInterrupt

    running(monkeypatch, interrupted)
    done = command("it")
    assert (done.code, done.err) == (130, "cdk-sentry: interrupted\n")


def test_ctrl_c_while_waiting_for_the_network_is_one_line_and_130(terminal: None) -> None:
    with Sink(Answer(hang=True)) as sentry:
        process = start("dsn", "test", sentry.dsn)
        sentry.wait_for_requests(1)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, "", "cdk-sentry: interrupted\n")


def test_ctrl_c_does_not_wait_for_calls_that_are_under_way(terminal: None, aws_environment: None) -> None:
    """Each of them may take half a minute, and be repeated."""
    with AwsApi(Answer(hang=True)) as api:
        process = start("layer", "publish", "--runtime", "nodejs", "--endpoint-url", endpoint(api))
        wait_until(lambda: api.requests, what="a call", timeout_s=30)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=5)
    assert (process.returncode, out, err) == (130, "", "cdk-sentry: interrupted\n")


def test_a_reader_that_has_gone_is_no_error_to_talk_about() -> None:
    """As in `cdk-sentry ... | head -1`; for shells with pipefail the code is that of SIGPIPE."""
    process = start("--version")
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    err = process.stderr.read()
    process.stderr.close()
    assert (process.wait(timeout=30), err) == (141, "")


def test_text_has_no_colour_where_no_terminal_is(command: Command, monkeypatch) -> None:
    def says(invocation: Invocation) -> Exit:
        invocation.output.say("arn:aws:lambda:x: [bold]as it is[/bold]", style="red")
        return Exit.FINE

    running(monkeypatch, says)
    assert command("it").out == "arn:aws:lambda:x: [bold]as it is[/bold]\n"


@pytest.mark.parametrize(("more", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_a_terminal_gets_colours_unless_it_wants_none(aws_environment: None, more, coloured) -> None:
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm-256color", "SENTRY_AUTH_TOKEN": ""} | more
    subprocess.run([*PROGRAM, "release", "--stack", "x"], env=environment, stderr=theirs, check=False)
    os.close(theirs)
    seen = os.read(ours, 1000)
    os.close(ours)
    red = b"\x1b[1;31m"
    assert b"sentry-cli needs SENTRY_AUTH_TOKEN" in seen
    assert (red in seen) is coloured


def test_machines_get_one_document_and_people_nothing_of_it(command: Command, monkeypatch) -> None:
    def says(invocation: Invocation) -> Exit:
        invocation.output.say("words")
        invocation.output.result({"words": 1, "said": datetime(2026, 11, 21, 8, tzinfo=UTC)})
        return Exit.FINE

    running(monkeypatch, says)
    assert command("it").out == "words\n"
    assert command("it", "--json").document == {"words": 1, "said": "2026-11-21T08:00:00+00:00"}


@pytest.mark.parametrize("words", [("audit", "--explain", "nothing"), ("audit", "--nonsense"), ("dsn",)])
def test_machines_get_a_document_also_of_what_stops_the_command(command: Command, words) -> None:
    done = command(*words, "--json")
    assert done.code == 2
    assert list(done.document) == ["error"]
    assert f"cdk-sentry: {done.document['error']}\n" in done.err


def test_a_fault_of_the_command_itself_is_one_document_for_machines(command: Command, monkeypatch) -> None:
    running(monkeypatch, fails)
    assert command("it", "--json").document["error"].endswith("ZeroDivisionError: by zero")


def test_what_stops_the_command_after_its_result_is_no_second_document(command: Command, monkeypatch) -> None:
    def fails_late(invocation: Invocation) -> Exit:
        invocation.output.result({"words": 1})
        raise CommandError("too late")

    running(monkeypatch, fails_late)
    done = command("it", "--json")
    assert (done.code, done.document) == (2, {"words": 1})
    assert "too late" in done.err


def test_tables_are_not_cut_where_no_terminal_says_how_wide_it_is(command: Command, monkeypatch) -> None:
    def says(invocation: Invocation) -> Exit:
        table = Table("name")
        table.add_row("n" * 150)
        invocation.output.say(table)
        return Exit.FINE

    monkeypatch.delenv("COLUMNS", raising=False)
    running(monkeypatch, says)
    assert "n" * 150 in command("it").out


def resource(logical: str, kind: str, physical: str, status: str = "CREATE_COMPLETE") -> dict[str, str]:
    names = {"LogicalResourceId": logical, "PhysicalResourceId": physical}
    return {**names, "ResourceType": kind, "ResourceStatus": status}


class Stacks:
    """CloudFormation with one stack in another, as its client of boto3 is seen."""

    STATUS: ClassVar = {"orders-prod": "CREATE_COMPLETE", "orders-old": "DELETE_COMPLETE", "other": "UPDATE_COMPLETE"}
    RESOURCES: ClassVar = {
        "orders-prod": [
            resource("Inner", "AWS::CloudFormation::Stack", "arn:inner"),
            resource("Outer", "AWS::Lambda::Function", "outer"),
            resource("Gone", "AWS::Lambda::Function", "gone", "DELETE_COMPLETE"),
        ],
        "arn:inner": [resource("Nested", "AWS::Lambda::Function", "nested")],
    }

    def __init__(self) -> None:
        self.meta = SimpleNamespace(region_name=REGION)

    def get_paginator(self, operation: str) -> SimpleNamespace:
        return SimpleNamespace(paginate=getattr(self, operation))

    def list_stacks(self) -> Iterator[dict[str, object]]:
        for name, status in self.STATUS.items():
            yield {"StackSummaries": [{"StackName": name, "StackStatus": status}]}

    def list_stack_resources(self, StackName: str) -> Iterator[dict[str, object]]:  # noqa: N803 - boto3's name
        if StackName not in self.RESOURCES:
            details = {"Code": "ValidationError", "Message": f"Stack with id {StackName} does not exist"}
            raise botocore.exceptions.ClientError({"Error": details}, "ListStackResources")
        for each in self.RESOURCES[StackName]:
            yield {"StackResourceSummaries": [each]}


@pytest.fixture
def stacks(monkeypatch: pytest.MonkeyPatch) -> Aws:
    monkeypatch.setattr(Aws, "client", lambda *_, **__: Stacks())
    return Aws()


def test_a_stacks_resources_are_also_those_of_stacks_nested_in_it(stacks: Aws) -> None:
    functions = [each for each in resources_of(stacks, "orders-prod") if each.kind == "AWS::Lambda::Function"]
    assert [(each.stack, each.physical_id) for each in functions] == [("arn:inner", "nested"), ("orders-prod", "outer")]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("order-prod", "did you mean orders-prod?"),
        ("prod", "did you mean orders-prod?"),
        ("warehouse", "check the name, --region and --profile"),
    ],
)
def test_a_stack_that_is_not_there_is_said_with_those_called_nearly_so(stacks: Aws, given, said) -> None:
    with pytest.raises(CommandError, match=re.escape(f"there is no stack '{given}' in {REGION}: {said}")):
        resources_of(stacks, given)
