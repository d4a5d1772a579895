"""Finds the parts of a deployed pipeline by the stack that they belong to."""

from dataclasses import dataclass
from typing import Any


class OperationError(Exception):
    """An operation cannot be done; the message says why and what to do."""


@dataclass(frozen=True)
class Deployed:
    """A deployed pipeline.

    Attributes:
        stream: name of the Kinesis stream.
        table: name of the DynamoDB table.
        quarantine_url: of the quarantine queue.
        failures_url: of the failures queue.
    """

    stream: str
    table: str
    quarantine_url: str
    failures_url: str


def find(cloudformation: Any, stack: str, *, pipeline: str = "") -> Deployed:
    """Asks CloudFormation.

    Args:
        cloudformation: client of boto3.
        stack: name of the stack.
        pipeline: construct id of the `ActivityPipeline`, where the stack has several.

    Raises:
        OperationError: something is there not at all, or more than once.
    """
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    resources: list[tuple[str, str, str]] = [
        (each["ResourceType"], each["LogicalResourceId"], each.get("PhysicalResourceId", ""))
        for page in pages
        for each in page["StackResourceSummaries"]
    ]

    def one(kind: str, name: str) -> str:
        found = [
            (logical, physical)
            for type_, logical, physical in resources
            if type_ == kind and logical.startswith(pipeline) and name in logical
        ]
        if len(found) != 1:
            names = ", ".join(logical for logical, _ in found) or "none"
            raise OperationError(
                f"the stack {stack!r} must have one {kind} called {pipeline}...{name}, it has: {names}. Give the "
                "stack of the pipeline, and with --pipeline its construct id if the stack has several."
            )
        return found[0][1]

    return Deployed(
        stream=one("AWS::Kinesis::Stream", "Stream"),
        table=one("AWS::DynamoDB::Table", "Table"),
        quarantine_url=one("AWS::SQS::Queue", "Quarantine"),
        failures_url=one("AWS::SQS::Queue", "Failures"),
    )
