"""What CloudFormation has deployed: the resources of a stack and of those nested in it."""

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from botocore.exceptions import ClientError

from .aws import Aws
from .errors import CommandError, code_of, message_of

_NESTED = "AWS::CloudFormation::Stack"
_GONE = "DELETE_COMPLETE"


@dataclass(frozen=True)
class Resource:
    """One resource of a deployed stack.

    Attributes:
        stack: name of its stack; the ARN of one that is nested.
        kind: CloudFormation type, for example `AWS::Lambda::Function`.
        logical_id: its name in the template.
        physical_id: its name in the account; empty before it is made.
        status: of CloudFormation, for example `UPDATE_COMPLETE`.
        updated: when CloudFormation last changed it.
    """

    stack: str
    kind: str
    logical_id: str
    physical_id: str
    status: str
    updated: dt.datetime | None = None


def resources_of(aws: Aws, stack: str) -> list[Resource]:
    """Every resource of a stack, those of nested stacks too. Needs `cloudformation:ListStackResources`.

    Args:
        aws: the account and region.
        stack: name or ARN.

    Raises:
        CommandError: there is no such stack; names those called nearly so, where `cloudformation:ListStacks` may be
            called.
    """
    return list(_walk(aws.client("cloudformation"), stack))


def _walk(client: Any, stack: str) -> Iterator[Resource]:
    for summary in _summaries(client, stack):
        resource = Resource(
            stack,
            summary["ResourceType"],
            summary["LogicalResourceId"],
            summary.get("PhysicalResourceId", ""),
            summary["ResourceStatus"],
            summary.get("LastUpdatedTimestamp"),
        )
        if resource.status == _GONE:
            continue
        yield resource
        if resource.kind == _NESTED and resource.physical_id:
            yield from _walk(client, resource.physical_id)


def _summaries(client: Any, stack: str) -> list[dict[str, Any]]:
    pages = client.get_paginator("list_stack_resources").paginate(StackName=stack)
    try:
        return [summary for page in pages for summary in page["StackResourceSummaries"]]
    except ClientError as error:
        if code_of(error) != "ValidationError" or "does not exist" not in message_of(error):
            raise
        where = client.meta.region_name
        raise CommandError(f"there is no stack {stack!r} in {where}: {_near(client, stack)}") from None


def _near(client: Any, stack: str) -> str:
    names: list[str] = []
    with suppress(ClientError):  # who may not list stacks gets no names, but still the error
        pages = client.get_paginator("list_stacks").paginate()
        names = [each["StackName"] for page in pages for each in page["StackSummaries"] if each["StackStatus"] != _GONE]
    near = get_close_matches(stack, names, n=3) or [name for name in names if stack.lower() in name.lower()][:3]
    if near:
        return f"did you mean {' or '.join(near)}?"
    return "check the name, --region and --profile"
