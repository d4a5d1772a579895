"""`cdk-sentry`: reads the command line, runs one subcommand, and turns what goes wrong into one line."""

import argparse
import sys
import traceback
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from importlib import import_module
from typing import NoReturn
from urllib.parse import urlsplit

from .aws import Aws
from .command import Command, Exit, Invocation, filled
from .errors import CommandError, explain
from .output import Output

# Each is the `COMMAND` of the module of its name here, imported only when it is called.
COMMANDS = {
    "audit": "Look over every function of a stack or an account: who watches it, and whether that works",
    "dsn": "Store, show and test the address that events are sent to",
    "layer": "Build the layers, show what is in them, publish them for many stacks",
    "diagnose": "Walk a stack in the order data flows and say which step is sick",
    "release": "Tell Sentry of a deployed release: its commits, and where it was deployed to",
    "quarantine": "Show what the sample pipeline has set aside, put it on its stream again",
    "forget": "Delete what the sample pipeline keeps of one user",
    "completion": "Write what a shell needs to complete these words",
}

# What shells make of SIGINT and SIGPIPE.
_INTERRUPTED = 130
_READER_GONE = 141

_OWN_FAULT = "a fault of the command's own, please report it with the lines below"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command.

    Args:
        arguments: those of the process when left out.

    Returns:
        0 if all is well, 1 if something was found, 2 if it could not be done, be it by a fault of the command's own.
    """
    words = sys.argv[1:] if arguments is None else list(arguments)
    output = Output(as_json="--json" in words)
    try:
        output.write("")  # where results have no place to go, nothing is done
        try:
            options = parser(words[:1]).parse_args(words)
            aws = Aws(options.profile, options.region, options.endpoint_url)
            return int(options.run(Invocation(options, aws, output)))
        finally:
            output.write("")  # so that what cannot be written is noticed here
    except KeyboardInterrupt:
        output.error("interrupted")
        return _INTERRUPTED
    except BrokenPipeError:
        return _READER_GONE
    except Exception as problem:  # noqa: BLE001 - Python's exit code would be that of something found
        message = explain(problem)
        if message:
            output.failure(message)
        else:
            output.failure(f"{_OWN_FAULT}: {_name(problem)}", details=traceback.format_exc().rstrip())
        return Exit.IMPOSSIBLE


def load(name: str) -> Command:
    """One of COMMANDS, with all that it declares."""
    command: Command = import_module(f".{name}", __package__).COMMAND
    return replace(command, name=name, summary=COMMANDS[name])


def parser(called: Collection[str]) -> argparse.ArgumentParser:
    """The command line.

    Args:
        called: whose arguments are to be known; of the others only name and summary are.
    """
    whole = _Parser(
        prog="cdk-sentry",
        description="Sets up, audits and diagnoses Sentry on what is deployed.",
        epilog="`cdk-sentry COMMAND --help` says more.",
        allow_abbrev=False,
    )
    whole.add_argument("--version", action=_Version, help="say which version this is")
    _add(whole, [load(name) if name in called else Command(name, COMMANDS[name]) for name in COMMANDS])
    return whole


def _add(parent: argparse.ArgumentParser, commands: Iterable[Command]) -> None:
    children = parent.add_subparsers(metavar="COMMAND", required=True, title="commands")
    for command in commands:
        child = children.add_parser(
            command.name,
            help=command.summary,
            description=f"{command.summary}.",
            epilog=command.details,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        if command.arguments:
            command.arguments(child)
        if command.run:
            _add_common(child)
            child.set_defaults(run=command.run)
        if command.subcommands:
            _add(child, command.subcommands)


def _add_common(child: argparse.ArgumentParser) -> None:
    common = child.add_argument_group("everywhere")
    common.add_argument("--profile", type=filled, help="profile of the AWS configuration")
    common.add_argument("--region", type=filled, help="AWS region")
    common.add_argument("--endpoint-url", metavar="URL", type=_address, help="where AWS answers, for emulators")
    common.add_argument("--json", action="store_true", help="one JSON document instead of text")


def _address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise argparse.ArgumentTypeError(f"{text!r} is no address such as http://127.0.0.1:4566")
    return text


def _name(problem: Exception) -> str:
    return " ".join("".join(traceback.format_exception_only(problem)).split())


class _Parser(argparse.ArgumentParser):
    """Leaves it to `main` to say what is wrong, as it says all else."""

    def error(self, message: str) -> NoReturn:
        self._print_message(self.format_usage(), sys.stderr)  # print_usage has standard output where that is closed
        raise CommandError(message)


class _Version(argparse.Action):
    """Asks for the version only when it is wanted: that takes longer than all the rest."""

    def __init__(self, option_strings: Sequence[str], dest: str, help: str) -> None:  # noqa: A002 - argparse's name
        super().__init__(option_strings, dest, nargs=0, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version  # noqa: PLC0415

        sys.stdout.write(f"cdk-sentry {version('cdk-sentry')}\n")
        parser.exit()


if __name__ == "__main__":
    sys.exit(main())
