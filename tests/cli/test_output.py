"""What every subcommand has in common: where its words go, and how it ends."""

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from rich.table import Table

from cdk_sentry.cli import main as command_line
from cdk_sentry.cli.command import Command as Subcommand
from cdk_sentry.cli.command import Exit, Invocation
from cdk_sentry.cli.errors import CommandError
from demo.waiting import wait_until
from tests.cli.conftest import PROGRAM, endpoint
from tests.harness.answer import Answer
from tests.harness.aws_api import AwsApi
from tests.harness.run import Run
from tests.harness.sink import Sink

pytestmark = pytest.mark.usefixtures("built_layers")

Command = Callable[..., Run]


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


def in_a_shell(line: str) -> "subprocess.CompletedProcess[str]":
    """Runs a line in which `$it` is the command."""
    return subprocess.run(
        ["bash", "-c", line],
        env=os.environ | {"it": " ".join(PROGRAM), "AWS_EC2_METADATA_DISABLED": "true"},
        capture_output=True,
        text=True,
        check=False,
    )


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
