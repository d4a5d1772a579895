"""`cdk-sentry release`: tells Sentry which commits a deployed release is made of, and where it was deployed to."""

import argparse

from ..command import Command, Permission, filled
from .announce import announce
from .steps import COMMITS


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--stack", required=True, type=filled, help="whose functions say which release and environment were deployed"
    )
    parser.add_argument("--organization", type=filled, metavar="SLUG", help="of Sentry; SENTRY_ORG when left out")
    parser.add_argument(
        "--project",
        action="append",
        type=filled,
        metavar="SLUG",
        help="of Sentry; may be given several times; SENTRY_PROJECT when left out",
    )
    parser.add_argument(
        "--commits",
        choices=COMMITS,
        default="auto",
        help="auto: by the repository's integration with Sentry, and where there is none as local; "
        "local: from the Git history here; none. auto when left out",
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be run, and run nothing")


COMMAND = Command(
    run=announce,
    arguments=_arguments,
    permissions=(
        Permission(
            ("cloudformation:ListStackResources",),
            ("arn:${Partition}:cloudformation:${Region}:${Account}:stack/*",),
            "which functions the stack has",
        ),
        Permission(
            ("lambda:GetFunctionConfiguration",),
            ("arn:${Partition}:lambda:${Region}:${Account}:function:*",),
            "which release and environment they have",
        ),
    ),
    details="""Runs sentry-cli (npm install --save-dev @sentry/cli), which is looked for in node_modules/.bin and
on the PATH. The token is read from SENTRY_AUTH_TOKEN alone, the address of a Sentry of one's own from SENTRY_URL.

examples:
  cdk deploy my-stack && cdk-sentry release --stack my-stack --organization acme --project activity
  cdk-sentry release --stack my-stack --dry-run""",
)
