"""The resources of a stack, as CloudFormation tells of them."""

import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import ClassVar

import botocore.exceptions
import pytest

from cdk_sentry.cli.aws import Aws
from cdk_sentry.cli.errors import CommandError
from cdk_sentry.cli.stacks import resources_of
from tests.cli.conftest import REGION


def resource(logical: str, kind: str, physical: str, status: str = "CREATE_COMPLETE") -> dict[str, str]:
    names = {"LogicalResourceId": logical, "PhysicalResourceId": physical}
    return {**names, "ResourceType": kind, "ResourceStatus": status}


class Stacks:
    """CloudFormation with one stack in another, as its client of boto3 is seen."""

    STATUS: ClassVar = {"orders-prod": "CREATE_COMPLETE", "orders-old": "DELETE_COMPLETE", "other": "UPDATE_COMPLETE"}
    RESOURCES: ClassVar = {
        "orders-prod": [
            resource("Inner", "AWS::CloudFormation::Stack", "arn:inner"),
            resource("Outer", "AWS::Lambda::Function", "outer"),
            resource("Gone", "AWS::Lambda::Function", "gone", "DELETE_COMPLETE"),
        ],
        "arn:inner": [resource("Nested", "AWS::Lambda::Function", "nested")],
    }

    def __init__(self) -> None:
        self.meta = SimpleNamespace(region_name=REGION)

    def get_paginator(self, operation: str) -> SimpleNamespace:
        return SimpleNamespace(paginate=getattr(self, operation))

    def list_stacks(self) -> Iterator[dict[str, object]]:
        for name, status in self.STATUS.items():
            yield {"StackSummaries": [{"StackName": name, "StackStatus": status}]}

    def list_stack_resources(self, StackName: str) -> Iterator[dict[str, object]]:  # noqa: N803 - boto3's name
        if StackName not in self.RESOURCES:
            details = {"Code": "ValidationError", "Message": f"Stack with id {StackName} does not exist"}
            raise botocore.exceptions.ClientError({"Error": details}, "ListStackResources")
        for each in self.RESOURCES[StackName]:
            yield {"StackResourceSummaries": [each]}


@pytest.fixture
def stacks(monkeypatch: pytest.MonkeyPatch) -> Aws:
    monkeypatch.setattr(Aws, "client", lambda *_, **__: Stacks())
    return Aws()


def test_a_stacks_resources_are_also_those_of_stacks_nested_in_it(stacks: Aws) -> None:
    functions = [each for each in resources_of(stacks, "orders-prod") if each.kind == "AWS::Lambda::Function"]
    assert [(each.stack, each.physical_id) for each in functions] == [("arn:inner", "nested"), ("orders-prod", "outer")]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("order-prod", "did you mean orders-prod?"),
        ("prod", "did you mean orders-prod?"),
        ("warehouse", "check the name, --region and --profile"),
    ],
)
def test_a_stack_that_is_not_there_is_said_with_those_called_nearly_so(stacks: Aws, given, said) -> None:
    with pytest.raises(CommandError, match=re.escape(f"there is no stack '{given}' in {REGION}: {said}")):
        resources_of(stacks, given)
