"""`cdk-sentry`: reads the command line, runs one subcommand, and turns what goes wrong into one line."""

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from importlib.metadata import version

from botocore.exceptions import BotoCoreError, ClientError

from .aws import Aws
from .command import Command, Exit, Invocation
from .errors import CommandError, explain
from .output import Output

COMMANDS: tuple[Command, ...] = ()

_INTERRUPTED = 130  # what shells make of SIGINT


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command.

    Args:
        arguments: those of the process when left out.

    Returns:
        0 if all is well, 1 if something was found, 2 if it could not be done.
    """
    options = parser().parse_args(arguments)
    output = Output(as_json=options.json)
    try:
        aws = Aws(options.profile, options.region, options.endpoint_url)
        return int(options.run(Invocation(options, aws, output)))
    except CommandError as problem:
        output.error(str(problem))
    except (BotoCoreError, ClientError) as problem:
        output.error(explain(problem))
    except KeyboardInterrupt:
        output.error("interrupted")
        return _INTERRUPTED
    except BrokenPipeError:
        # Whoever read has gone, as `head` does: Python must not complain of it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.FINE
    return Exit.IMPOSSIBLE


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    whole = argparse.ArgumentParser(prog="cdk-sentry", description="Sets up, audits and diagnoses what is deployed.")
    whole.add_argument("--version", action="version", version=f"cdk-sentry {version('cdk-sentry')}")
    _add(whole, COMMANDS)
    return whole


def _add(parent: argparse.ArgumentParser, commands: Iterable[Command]) -> None:
    children = parent.add_subparsers(metavar="COMMAND", required=True)
    for command in commands:
        child = children.add_parser(command.name, help=command.summary, description=f"{command.summary}.")
        if command.arguments:
            command.arguments(child)
        if command.run:
            _add_common(child)
            child.set_defaults(run=command.run)
        if command.subcommands:
            _add(child, command.subcommands)


def _add_common(child: argparse.ArgumentParser) -> None:
    common = child.add_argument_group("everywhere")
    common.add_argument("--profile", help="profile of the AWS configuration")
    common.add_argument("--region", help="AWS region")
    common.add_argument("--endpoint-url", metavar="URL", help="where AWS answers, for emulators")
    common.add_argument("--json", action="store_true", help="one JSON document instead of text")


if __name__ == "__main__":
    sys.exit(main())
