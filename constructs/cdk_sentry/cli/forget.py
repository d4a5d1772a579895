"""`cdk-sentry forget`: deletes what the sample pipeline keeps of one user."""

import argparse
from dataclasses import asdict

from ..pipeline.operate.erase import erase_user
from .command import Command, Exit, Invocation, Permission, filled
from .sample import FIND, arguments, deployed, explained


def forget(invocation: Invocation) -> Exit:
    """`forget`."""
    options, output, pipeline = invocation.options, invocation.output, deployed(invocation)
    dynamodb, sqs = (invocation.aws.client(service) for service in ("dynamodb", "sqs"))
    with explained():
        erased = erase_user(dynamodb, sqs, pipeline, options.user)
    output.result({"user": options.user, **asdict(erased)})
    output.say(f"Erased {erased.items} items of the table and {erased.quarantined} messages of the quarantine.")
    return Exit.FINE


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--user", required=True, type=filled, metavar="USER_ID", help="whose events, counters, records in quarantine"
    )
    arguments(parser)


COMMAND = Command(
    run=forget,
    arguments=_arguments,
    permissions=(
        FIND,
        Permission(
            ("dynamodb:Query", "dynamodb:BatchWriteItem"),
            ("arn:${Partition}:dynamodb:${Region}:${Account}:table/*",),
            "the user's events and counters",
        ),
        Permission(
            ("sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:ChangeMessageVisibility", "sqs:DeleteMessage"),
            ("arn:${Partition}:sqs:${Region}:${Account}:*",),
            "the user's records in quarantine",
        ),
        Permission(("kms:Decrypt",), why="only where table and queue have a key of your own"),
    ),
    details="""Nothing but a restore of the table undoes it. Out of reach: records that are still on the stream
(run it again a minute later if the user was active), and backups of the table (35 days).

example:
  cdk-sentry forget --user ada --stack activity-history-prod""",
)
