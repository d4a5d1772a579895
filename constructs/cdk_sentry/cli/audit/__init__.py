"""`cdk-sentry audit`: every function of a stack, or of an account and region, and what needs attention."""

import argparse

from ..command import Command, Permission
from .run import NEVER, run


def _arguments(parser: argparse.ArgumentParser) -> None:
    scope = parser.add_mutually_exclusive_group()
    scope.add_argument("--stack", metavar="NAME", help="the functions of a stack and of those nested in it")
    scope.add_argument("--all", action="store_true", help="every function of the account and region")
    scope.add_argument("--explain", metavar="CHECK", help="what a check means, how it finds out, what to do")
    parser.add_argument(
        "--fail-on",
        choices=("warning", "error", NEVER),
        default="error",
        help="end with exit code 1 if there is a problem of this severity or worse (default: error)",
    )


COMMAND = Command(
    run=run,
    arguments=_arguments,
    permissions=(
        Permission(
            actions=("lambda:ListFunctions", "cloudwatch:DescribeAlarms", "logs:DescribeLogGroups"),
            why="lists; these know no narrower resource, or would need a call for each function",
        ),
        Permission(
            actions=(
                "cloudformation:DescribeStacks",
                "cloudformation:ListStackResources",
                "cloudformation:GetTemplate",
            ),
            resources=("arn:${Partition}:cloudformation:${Region}:${Account}:stack/*",),
            why="with --all, DescribeStacks needs the resource *",
        ),
        Permission(
            actions=("logs:DescribeSubscriptionFilters",),
            resources=("arn:${Partition}:logs:${Region}:${Account}:log-group:*",),
        ),
        Permission(
            actions=("lambda:GetLayerVersion",),
            resources=("arn:${Partition}:lambda:${Region}:${Account}:layer:*",),
            why="the kit's layers say in their description what they hold",
        ),
        Permission(
            actions=("ssm:GetParameter",),
            resources=("arn:${Partition}:ssm:${Region}:${Account}:parameter/Sentry/*",),
            why="only where functions read their DSN from SSM at run time; never shown",
        ),
        Permission(
            actions=("secretsmanager:GetSecretValue",),
            resources=("arn:${Partition}:secretsmanager:${Region}:${Account}:secret:*",),
            why="only where functions read their DSN from a secret; name that secret; never shown",
        ),
    ),
    details="""examples:
  cdk-sentry audit --stack shop-prod
  cdk-sentry audit --all --fail-on warning
  cdk-sentry audit --all --json | jq '.functions[] | select(.monitored_by == "nobody") | .name'
  cdk-sentry audit --explain drift""",
)
