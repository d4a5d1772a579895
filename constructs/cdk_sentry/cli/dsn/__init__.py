"""`cdk-sentry dsn`: the address that events are sent to, from Sentry's settings page into SSM and back."""

import argparse

from ...dsn_text import DEFAULT_PARAMETER
from ..command import Command, Permission, filled
from .stored import get, put
from .trial import try_out

_ANY_PARAMETER = ("arn:${Partition}:ssm:${Region}:${Account}:parameter/Sentry/*",)
_OWN_KEY = "only with --secure and a key of your own"

_READS = (
    Permission(("ssm:GetParameter",), _ANY_PARAMETER, "the DSN that is stored; with --name, that parameter's ARN"),
    Permission(("kms:Decrypt",), why="only for a SecureString with a key of your own"),
)


def _name_arguments(parser: argparse.ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--name", type=filled, help=f"of the SSM parameter; {DEFAULT_PARAMETER} when left out")
    which.add_argument(
        "--service", type=filled, help="the parameter /Sentry/SERVICE/Dsn, for one Sentry project per service"
    )


def _put_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "dsn",
        nargs="?",
        type=filled,
        metavar="DSN",
        help="left out: asked for, or read from standard input, so that no shell history has it",
    )
    _name_arguments(parser)
    parser.add_argument("--secure", action="store_true", help="as a SecureString; for Dsn.from_secure_ssm")
    parser.add_argument(
        "--kms-key", type=filled, metavar="KEY", help="id, alias or ARN of the key to encrypt with; needs --secure"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace what is stored already")


def _test_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "dsn",
        nargs="?",
        type=filled,
        metavar="DSN",
        help="- reads it from standard input; left out: the one that is stored",
    )
    _name_arguments(parser)
    parser.add_argument(
        "--organization", type=filled, metavar="SLUG", help="of Sentry: adds a link to the event's issue"
    )


COMMAND = Command(
    subcommands=(
        Command(
            "put",
            "Store a DSN in SSM",
            put,
            _put_arguments,
            (
                Permission(("ssm:PutParameter",), _ANY_PARAMETER, "storing it; with --name, that parameter's ARN"),
                Permission(("kms:Encrypt", "kms:GenerateDataKey"), why=_OWN_KEY),
            ),
            details="""examples:
  cdk-sentry dsn put                              asks for the DSN
  cdk-sentry dsn put --service checkout < dsn.txt
  cdk-sentry dsn put --secure --kms-key alias/sentry --overwrite""",
        ),
        Command("get", "Show the DSN that is stored, its key masked", get, _name_arguments, _READS),
        Command(
            "test",
            "Send one event to a DSN and say what Sentry answered",
            try_out,
            _test_arguments,
            _READS,
            details="The exit code is 0 if Sentry took the event, 1 if it refused, 2 if it could not be asked.",
        ),
    ),
)
