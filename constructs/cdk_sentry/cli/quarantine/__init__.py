"""`cdk-sentry quarantine`: what the sample pipeline has set aside."""

import argparse

from ..command import Command, Permission
from ..sample import FIND, arguments
from .listing import show
from .queues import QUEUES
from .replaying import replay

_QUEUES = ("arn:${Partition}:sqs:${Region}:${Account}:*",)
_STREAMS = ("arn:${Partition}:kinesis:${Region}:${Account}:stream/*",)
_OWN_KEY = "only where stream and queues have a key of your own"

_READ = Permission(
    ("sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:ChangeMessageVisibility"),
    _QUEUES,
    "looking at messages, and giving them back",
)


def _arguments(parser: argparse.ArgumentParser) -> None:
    arguments(parser)
    parser.add_argument(
        "--queue",
        choices=QUEUES,
        help="quarantine: records that can never become valid; failures: batches that Lambda gave up; "
        "both when left out",
    )


COMMAND = Command(
    subcommands=(
        Command(
            "list",
            "Show what was set aside, and why; takes nothing off the queues",
            show,
            _arguments,
            (FIND, _READ, Permission(("kms:Decrypt",), why=_OWN_KEY)),
            details="""The exit code is 1 if there is something. Each message whole, with what the user sent: --json.

examples:
  cdk-sentry quarantine list --stack activity-history-prod
  cdk-sentry quarantine list --queue quarantine --stack activity-history-prod --json | jq -r .messages[].why""",
        ),
        Command(
            "replay",
            "Put on the stream again what was set aside",
            replay,
            _arguments,
            (
                FIND,
                _READ,
                Permission(("sqs:DeleteMessage",), _QUEUES, "messages whose records are on the stream again"),
                Permission(("kinesis:PutRecords",), _STREAMS, "putting records on the stream again"),
                Permission(
                    ("kinesis:GetShardIterator", "kinesis:GetRecords"),
                    _STREAMS,
                    "records that a message only names",
                ),
                Permission(("kms:Decrypt", "kms:GenerateDataKey"), why=_OWN_KEY),
            ),
            details="""What is replayed twice counts once; what is still poison comes back.
The exit code is 1 if messages stay because the stream no longer has their records.""",
        ),
    ),
)
