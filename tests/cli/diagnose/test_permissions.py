"""What a template allows a role against what IAM still has, and which way data flows to or from a function."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cdk_sentry.cli.diagnose.permissions import missing_actions, missing_callers, only_reads
from cdk_sentry.cli.diagnose.survey import Survey
from tests.cli.diagnose.shop import ALL, STACK, STORE, TABLE, TAKE, StubbedAws, resource, survey

READS = ["dynamodb:GetItem", "dynamodb:Query"]
WRITES = ["dynamodb:PutItem"]
CALLER = resource("Lambda::Permission", "Caller", "shop-Caller-1")


class Iam:
    """Inline policies of one role."""

    def __init__(self, **policies: list[str]) -> None:
        self.policies = policies

    def get_paginator(self, name: str) -> Any:
        assert name == "list_role_policies"
        return self

    def paginate(self, RoleName: str) -> list[dict[str, Any]]:  # noqa: N803 - boto3's name
        assert RoleName == "TakeRole"
        return [{"PolicyNames": [name]} for name in self.policies]

    def get_role_policy(self, RoleName: str, PolicyName: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        assert RoleName == "TakeRole"
        return {"PolicyDocument": {"Statement": {"Effect": "Allow", "Action": self.policies[PolicyName]}}}


class Lambda:
    """The resource policy of one function."""

    def __init__(self, *statements: str) -> None:
        self.statements = statements

    def get_policy(self, FunctionName: str) -> dict[str, str]:  # noqa: N803 - boto3's name
        assert FunctionName == "Take"
        if not self.statements:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": "no policy"}}, "GetPolicy")
        return {"Policy": json.dumps({"Statement": [{"Sid": each} for each in self.statements]})}


def template(*actions: str, resources: Any = None, role: Any = None, inside: bool = False) -> dict[str, Any]:
    """A role with one inline policy: within the role, or as a resource of its own, as CDK has it."""
    statement = {
        "Effect": "Allow",
        "Action": list(actions),
        "Resource": resources or [{"Fn::GetAtt": ["Table", "Arn"]}],
    }
    policy = {"PolicyName": "Default", "PolicyDocument": {"Statement": [statement]}}
    reference = role or {"Fn::GetAtt": ["TakeRole", "Arn"]}
    of_role = {"Policies": [policy]} if inside else {}
    own = {"Type": "AWS::IAM::Policy", "Properties": policy | {"Roles": [{"Ref": "TakeRole"}]}}
    return {
        "Resources": {
            "Take": {"Type": "AWS::Lambda::Function", "Properties": {"Role": reference}},
            "TakeRole": {"Type": "AWS::IAM::Role", "Properties": of_role},
            "Caller": {
                "Type": "AWS::Lambda::Permission",
                "Properties": {"FunctionName": {"Ref": "Take"}, "Principal": "apigateway.amazonaws.com"},
            },
        }
        | ({} if inside else {"TakePolicy": own})
    }


def about(declared: dict[str, Any], **clients: Any) -> Survey:
    return survey(templates={STACK: declared}, aws=StubbedAws(**clients), resources=(*ALL, CALLER))


@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize(
    ("live", "missing"),
    [
        ({"Default": [*READS, *WRITES]}, []),
        ({"Default": [*READS, *WRITES, "s3:GetObject"], "More": ["sqs:SendMessage"]}, []),
        ({"Default": READS}, WRITES),
        ({}, sorted([*READS, *WRITES])),
        ({"Another": [*READS, *WRITES]}, sorted([*READS, *WRITES])),
    ],
)
def test_what_the_template_gives_a_role_and_iam_has_no_more_is_named(live, missing, inside) -> None:
    declared = template(*READS, *WRITES, inside=inside)

    assert missing_actions(about(declared, iam=Iam(**live)), TAKE, "TakeRole") == missing


@pytest.mark.parametrize("role", [{"Ref": "TakeRole"}, {"Fn::GetAtt": "TakeRole.Arn"}])
def test_references_are_understood_in_all_their_forms(role) -> None:
    declared = template(*READS, role=role)

    assert missing_actions(about(declared, iam=Iam()), TAKE, "TakeRole") == READS


def test_a_role_of_another_stack_is_not_asked_for() -> None:
    """Its policies are not in this template: nothing can be missing."""
    declared = template(*READS, role="arn:aws:iam::123456789012:role/shared")

    assert missing_actions(about(declared), TAKE, "shared") == []


@pytest.mark.parametrize(
    ("statements", "missing"),
    [(["shop-Caller-1"], []), (["another"], ["apigateway.amazonaws.com"]), ([], ["apigateway.amazonaws.com"])],
)
def test_who_may_not_call_any_more_is_named(statements, missing) -> None:
    survey = about(template(*READS), **{"lambda": Lambda(*statements)})

    assert missing_callers(survey, TAKE) == missing


def test_a_function_that_nobody_is_allowed_to_call_misses_nobody() -> None:
    assert missing_callers(about(template(*READS)), STORE) == []


@pytest.mark.parametrize(
    ("actions", "resources", "reads"),
    [
        (READS, None, True),
        ([*READS, *WRITES], None, False),
        (["dynamodb:*"], None, False),
        (["sqs:ReceiveMessage", "sqs:DeleteMessage"], None, True),
        (READS, [{"Fn::Sub": "${Table.Arn}/index/*"}], True),
        (READS, [{"Fn::GetAtt": "Table.Arn"}], True),
        (READS, [{"Fn::GetAtt": ["TableOfOthers", "Arn"]}], False),
    ],
)
def test_data_flows_to_the_function_where_its_role_may_only_read(actions, resources, reads) -> None:
    assert only_reads(about(template(*actions, resources=resources)), TAKE, TABLE) is reads
