"""A user of the local cloud who may do what a subcommand says that it needs, and nothing else."""

import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from string import Template

from cdk_sentry.cli.command import Permission
from demo.local_aws import ACCOUNT, REGION, LocalAws

# MiniStack calls some actions otherwise than AWS does.
_HERE = {
    "lambda:GetEventSourceMapping": "lambda:ListEventSourceMappings",
    "lambda:GetFunctionConcurrency": "lambda:PutFunctionConcurrency",
    "lambda:GetLayerVersion": "lambda:ListLayers",
}
# Of these calls it does not see which resource they are about.
_ANYWHERE_HERE = {"events:ListTargetsByRule", "kinesis:GetRecords"}
_PLACE = {"Partition": "aws", "Region": REGION, "Account": ACCOUNT}


def as_named_here(action: str) -> str:
    """An IAM action as the local cloud knows it."""
    return _HERE.get(action, action)


@contextmanager
def limited_user(
    aws: LocalAws, name: str, permissions: Sequence[Permission], *, without: Collection[str] = ()
) -> Iterator[dict[str, str]]:
    """The environment of a process that acts as that user.

    Args:
        aws: the local cloud.
        name: of the user; made here and taken away at the end.
        permissions: what the user may do.
        without: actions that are left out of them.
    """
    statements = [
        {
            "Effect": "Allow",
            "Action": as_named_here(action),
            "Resource": "*" if action in _ANYWHERE_HERE else _resources(permission),
        }
        for permission in permissions
        for action in permission.actions
        if action not in without
    ]
    iam = aws.client("iam")
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    try:
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_user_policy(UserName=name, PolicyName="command", PolicyDocument=policy)
        yield aws.environment() | {
            "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
        }
    finally:
        iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
        iam.delete_user_policy(UserName=name, PolicyName="command")
        iam.delete_user(UserName=name)


def _resources(permission: Permission) -> list[str]:
    return [Template(each).substitute(_PLACE) for each in permission.resources]
