"""`cdk-sentry audit`: every function of a stack, or of an account and region, and what needs attention."""

import argparse

from ..command import Command, Permission, filled
from .run import FAILING, run


def _arguments(parser: argparse.ArgumentParser) -> None:
    scope = parser.add_mutually_exclusive_group()
    scope.add_argument(
        "--stack", type=filled, metavar="NAME", help="the functions of a stack and of those nested in it"
    )
    scope.add_argument("--all", action="store_true", help="every function of the account and region")
    scope.add_argument(
        "--explain", type=filled, metavar="CHECK", help="what a check means, how it finds out, what to do"
    )
    parser.add_argument(
        "--fail-on",
        choices=tuple(FAILING),
        default="error",
        help="end with exit code 1 if there is a problem of this severity or worse (default: error)",
    )


COMMAND = Command(
    run=run,
    arguments=_arguments,
    permissions=(
        Permission(
            actions=(
                "lambda:ListFunctions",
                "cloudformation:DescribeStacks",
                "cloudwatch:DescribeAlarms",
                "logs:DescribeLogGroups",
            ),
            why="lists: one call a page; with --stack, stack/* is enough for DescribeStacks",
        ),
        Permission(
            actions=("cloudformation:ListStackResources", "cloudformation:GetTemplate"),
            resources=("arn:${Partition}:cloudformation:${Region}:${Account}:stack/*",),
            why="what a stack has, and what its template says",
        ),
        Permission(
            actions=("logs:DescribeSubscriptionFilters",),
            resources=("arn:${Partition}:logs:${Region}:${Account}:log-group:*",),
            why="whether the forwarder reads a log",
        ),
        Permission(
            actions=("lambda:GetLayerVersion",),
            resources=("arn:${Partition}:lambda:${Region}:*:layer:*",),
            why="the kit's layers say in their description what they hold; they may be shared from another account",
        ),
        Permission(
            actions=("ssm:GetParameter",),
            resources=("arn:${Partition}:ssm:${Region}:${Account}:parameter/Sentry/*",),
            why="the DSN that functions have or read from SSM, never shown; kms:Decrypt too if its key is yours",
        ),
        Permission(
            actions=("secretsmanager:GetSecretValue",),
            resources=("arn:${Partition}:secretsmanager:${Region}:${Account}:secret:Sentry/*",),
            why="where functions read their DSN from a secret, never shown; name that secret if it is called otherwise",
        ),
    ),
    details="""examples:
  cdk-sentry audit --stack shop-prod
  cdk-sentry audit --all --fail-on warning
  cdk-sentry audit --all --json | jq '.functions[] | select(.monitored_by == "nobody") | .name'
  cdk-sentry audit --explain drift""",
)
