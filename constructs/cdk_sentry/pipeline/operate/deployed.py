"""Finds the parts of a deployed pipeline among the resources of its stack."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol


class OperationError(Exception):
    """An operation cannot be done; the message says why and what to do."""


class Resource(Protocol):
    """What is used here of a resource as CloudFormation lists it."""

    @property
    def kind(self) -> str:
        """CloudFormation type."""

    @property
    def logical_id(self) -> str:
        """Its name in the template."""

    @property
    def physical_id(self) -> str:
        """Its name in the account."""


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


def find(resources: Iterable[Resource], stack: str, *, pipeline: str = "") -> Deployed:
    """The pipeline that is among them.

    Args:
        resources: of the stack.
        stack: its name, for messages.
        pipeline: construct id of the `ActivityPipeline`, where the stack has several.

    Raises:
        OperationError: something is there not at all, or more than once.
    """
    there = list(resources)

    def one(kind: str, name: str) -> str:
        found = [
            each
            for each in there
            if each.kind == kind and each.logical_id.startswith(pipeline) and name in each.logical_id
        ]
        if len(found) != 1:
            names = ", ".join(each.logical_id for each in found) or "none"
            raise OperationError(
                f"the stack {stack!r} must have one {kind} called {pipeline}...{name}, it has: {names}. Give the "
                "stack of the pipeline, and with --pipeline its construct id if the stack has several."
            )
        return found[0].physical_id

    return Deployed(
        stream=one("AWS::Kinesis::Stream", "Stream"),
        table=one("AWS::DynamoDB::Table", "Table"),
        quarantine_url=one("AWS::SQS::Queue", "Quarantine"),
        failures_url=one("AWS::SQS::Queue", "Failures"),
    )
