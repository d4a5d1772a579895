"""The sample pipeline, and what its template says of it."""

from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_

from cdk_sentry.pipeline import ActivityPipeline
from tests.synth.apps import resources_of, stack


def pipeline(**arguments: Any) -> ActivityPipeline:
    return ActivityPipeline(stack(), "Activity", **arguments)


def only(template: Mapping[str, Any], resource_type: str) -> dict[str, Any]:
    (resource,) = resources_of(template, resource_type).values()
    properties: dict[str, Any] = resource["Properties"]
    return properties


def logical_id(construct: cdk.Resource) -> str:
    child = construct.node.default_child
    assert isinstance(child, cdk.CfnElement)
    return str(cdk.Stack.of(construct).resolve(child.logical_id))


def name_of(target: dict[str, Any]) -> str:
    """Logical id of what a statement is about, with what follows its ARN; never "*", never a text alone."""
    if "Fn::Join" in target:
        separator, (resource, path) = target["Fn::Join"]
        assert separator == ""
        return f"{resource['Fn::GetAtt'][0]}{path}"
    return str(target["Fn::GetAtt"][0])


def permissions_of(template: Mapping[str, Any], function: lambda_.Function) -> dict[str, set[str]]:
    """What a function may do, by logical id of what it may do it to."""
    assert function.role is not None
    role = cdk.Stack.of(function).resolve(function.role.role_name)["Ref"]
    found: dict[str, set[str]] = {}
    for policy in resources_of(template, "AWS::IAM::Policy").values():
        if {"Ref": role} not in policy["Properties"]["Roles"]:
            continue
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
            assert statement["Effect"] == "Allow"
            actions, targets = statement["Action"], statement["Resource"]
            for target in targets if isinstance(targets, list) else [targets]:
                name = name_of(target)
                found.setdefault(name, set()).update([actions] if isinstance(actions, str) else actions)
    assert "ManagedPolicyArns" not in template["Resources"][role]["Properties"]
    return found
