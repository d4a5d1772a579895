"""Small CDK apps and claims about their templates, for the tests of this folder."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from cdk_sentry import Faults, SentryMonitoring


def stack(name: str = "Stack", **context: Any) -> cdk.Stack:
    """An empty stack in an app of its own."""
    return cdk.Stack(cdk.App(context=context), name)


def function(scope: Construct, construct_id: str = "Function", **properties: Any) -> lambda_.Function:
    """A Python function as a user would write it."""
    defaults: dict[str, Any] = {
        "runtime": lambda_.Runtime.PYTHON_3_13,
        "handler": "orders.handler",
        "code": lambda_.Code.from_inline("def handler(event, context): return event"),
    }
    return lambda_.Function(scope, construct_id, **{**defaults, **properties})


def monitored_from_inside(scope: Construct, **arguments: Any) -> SentryMonitoring:
    """The one line without the forwarder, whose resources test_faults.py is about."""
    return SentryMonitoring(scope, "Sentry", **{"faults": Faults.none(), **arguments})


def template_of(of: cdk.Stack) -> dict[str, Any]:
    """The synthesized template of a stack, or of a nested stack."""
    app = of.node.root
    assert isinstance(app, cdk.App)
    assembly = app.synth()
    with open(f"{assembly.directory}/{of.template_file}", encoding="utf-8") as file:  # noqa: PTH123
        loaded: dict[str, Any] = json.load(file)
    return loaded


def resources_of(template: Mapping[str, Any], resource_type: str) -> dict[str, dict[str, Any]]:
    """The resources of one type, by logical id."""
    return {name: each for name, each in template["Resources"].items() if each["Type"] == resource_type}


def properties_of(template: Mapping[str, Any], construct: cdk.IResource | cdk.Resource) -> dict[str, Any]:
    """The properties of one construct's resource."""
    resource = construct.node.default_child
    assert isinstance(resource, cdk.CfnElement)
    properties: dict[str, Any] = template["Resources"][cdk.Stack.of(resource).resolve(resource.logical_id)][
        "Properties"
    ]
    return properties


def variables_of(template: Mapping[str, Any], construct: cdk.IResource | cdk.Resource) -> dict[str, Any]:
    """The environment variables of a function."""
    variables: dict[str, Any] = properties_of(template, construct)["Environment"]["Variables"]
    return variables


def alarms_of(template: Mapping[str, Any], function_: lambda_.Function) -> Iterator[dict[str, Any]]:
    """The alarms whose dimension names a function."""
    reference = {"Ref": cdk.Stack.of(function_).resolve(function_.node.default_child.logical_id)}  # type: ignore[union-attr]
    for alarm in resources_of(template, "AWS::CloudWatch::Alarm").values():
        if {"Name": "FunctionName", "Value": reference} in alarm["Properties"].get("Dimensions", []):
            yield alarm["Properties"]


def warnings_of(construct: Construct) -> list[str]:
    """The text of every warning below a construct."""
    return [
        str(entry.data)
        for each in construct.node.find_all()
        for entry in each.node.metadata
        if entry.type == "aws:cdk:warning"
    ]
