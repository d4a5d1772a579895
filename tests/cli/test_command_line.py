"""What every subcommand has in common: how it starts, and what it refuses."""

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version

import pytest

from cdk_sentry.cli import main as command_line
from tests.cli.conftest import PROGRAM, endpoint
from tests.harness.aws_api import AwsApi
from tests.harness.run import Run

Command = Callable[..., Run]

HEAVY = ("aws_cdk", "constructs", "boto3", "botocore", "rich", "shtab")
ALL = [name for top in command_line.COMMANDS for name, _ in command_line.load(top).runnable()]


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
