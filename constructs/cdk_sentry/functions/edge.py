"""Tells functions that run at CloudFront's edge: they may have neither environment variables nor layers.

docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-at-edge-function-restrictions.html
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aws_cdk import Stack
from constructs import IConstruct

# CDK puts an EdgeFunction of a stack outside us-east-1 into a stack of this name there.
_EDGE_STACK_PREFIX = "edge-lambda-stack-"


def is_edge_stack(stack: Stack) -> bool:
    """Whether CDK made a stack for Lambda@Edge."""
    return str(stack.node.id).startswith(_EDGE_STACK_PREFIX)


def is_edge_wrapper(construct: IConstruct | None) -> bool:
    """Whether a construct is CDK's EdgeFunction, whose first child is the function."""
    # By name, because importing its module takes time that few apps need.
    return any(each.__name__ == "EdgeFunction" for each in type(construct).__mro__)


def edge_functions(templates: Sequence[Mapping[str, Mapping[str, Any]]]) -> list[frozenset[str]]:
    """The logical ids of all functions that a CloudFront distribution calls, for each template.

    Args:
        templates: the resources of each stack; a distribution may name a function of another stack.
    """
    versions = {
        logical_id
        for resources in templates
        for each in resources.values()
        if each["Type"] == "AWS::CloudFront::Distribution"
        for logical_id in _referred_to(list(_associations(each.get("Properties", {}))))
    }
    return [
        frozenset(
            logical_id
            for version in versions & resources.keys()
            for logical_id in _referred_to(resources[version].get("Properties", {}).get("FunctionName"))
        )
        for resources in templates
    ]


def _associations(properties: Any) -> Iterator[Any]:
    if isinstance(properties, Mapping):
        for key, value in properties.items():
            if key == "LambdaFunctionAssociations":
                yield value
            else:
                yield from _associations(value)
    elif isinstance(properties, list):
        for each in properties:
            yield from _associations(each)


def _referred_to(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if isinstance(value.get("Ref"), str):
            yield value["Ref"]
        for each in value.values():
            yield from _referred_to(each)
    elif isinstance(value, list):
        for each in value:
            yield from _referred_to(each)
