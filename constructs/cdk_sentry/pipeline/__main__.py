"""`python -m cdk_sentry.pipeline`: replays what was set aside, erases a user, prints the API's document."""

import argparse
import json
import sys
from typing import Any

from . import openapi
from .operate.deployed import Deployed, OperationError, find
from .operate.erase import erase_user
from .operate.replay import replay_failures, replay_quarantine

QUEUES = ("quarantine", "failures")


def main(arguments: list[str]) -> int:
    """Does what the command line says; the exit code is 1 if it could not be done, or not whole."""
    options = _parser().parse_args(arguments)
    if options.command == "openapi":
        _say(json.dumps(openapi.document(), indent=2))
        return 0
    try:
        deployed = find(_client("cloudformation"), options.stack, pipeline=options.pipeline)
        if options.command == "erase":
            return _erase(deployed, options.user)
        return max(_replay(queue, deployed) for queue in options.queues or QUEUES)
    except OperationError as problem:
        sys.stderr.write(f"{problem}\n")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m cdk_sentry.pipeline", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("openapi", help="print the API's OpenAPI document")
    replay = commands.add_parser("replay", help="put on the stream again what was set aside")
    replay.add_argument("queues", nargs="*", metavar="QUEUE", help="quarantine or failures; both by default")
    erase = commands.add_parser("erase", help="delete what is kept of one user")
    erase.add_argument("--user", required=True, metavar="USER_ID")
    for command in (replay, erase):
        command.add_argument("--stack", required=True, help="name of the stack that the pipeline is in")
        command.add_argument("--pipeline", default="", metavar="ID", help="construct id, if the stack has several")
    return parser


def _replay(queue: str, deployed: Deployed) -> int:
    if queue not in QUEUES:
        raise OperationError(f"no queue {queue!r}: there are {', '.join(QUEUES)}")
    replay = replay_quarantine if queue == "quarantine" else replay_failures
    done = replay(_client("kinesis"), _client("sqs"), deployed)
    _say(f"{queue}: {done.messages} messages, {done.records} records put on the stream again")
    if done.gone:
        _say(f"{queue}: {done.gone} messages stay: the stream no longer has all of their records")
    return 1 if done.gone else 0


def _erase(deployed: Deployed, user_id: str) -> int:
    erased = erase_user(_client("dynamodb"), _client("sqs"), deployed, user_id)
    _say(f"erased: {erased.items} items of the table, {erased.quarantined} messages of the quarantine")
    return 0


def _client(service: str) -> Any:
    try:
        import boto3  # noqa: PLC0415 - the kit itself does without
    except ImportError:
        raise OperationError("this command calls AWS and needs boto3: pip install boto3") from None
    return boto3.client(service)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
