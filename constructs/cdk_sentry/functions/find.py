"""Finds every user-written function below a scope, and leaves CDK's own alone."""

from collections.abc import Iterator

from aws_cdk import CfnResource, ConstructSelector, Mixins, Stack, custom_resources
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sam as sam
from constructs import Construct, IConstruct

from .function import MonitoredFunction

_RESOURCE_TYPES = ("AWS::Lambda::Function", "AWS::Serverless::Function")
_CDK_HANDLER_METADATA = "is-custom-resource-handler"


def find_functions(scope: Construct) -> list[MonitoredFunction]:
    """Returns the user's functions below a scope, in the order in which they were added.

    Args:
        scope: an App, Stage, Stack, NestedStack or any construct.
    """
    by_stack: dict[Stack, list[tuple[IConstruct, CfnResource]]] = {}
    for resource in _function_resources(scope):
        construct = _written_by_user(resource)
        if construct is not None:
            by_stack.setdefault(resource.stack, []).append((construct, resource))
    return [function for stack, found in by_stack.items() for function in _resolved(stack, found)]


def _function_resources(scope: Construct) -> Iterator[CfnResource]:
    for resource_type in _RESOURCE_TYPES:
        selector = ConstructSelector.resources_of_type(resource_type)
        for resource in Mixins.of(scope, selector).selected_constructs:
            # CDK writes a dozen kinds of its helper functions as plain CfnResources, which nobody else does.
            if isinstance(resource, lambda_.CfnFunction | sam.CfnFunction):
                yield resource


def _written_by_user(resource: CfnResource) -> IConstruct | None:
    """The construct that the user wrote for a resource, or None if CDK did."""
    parent = resource.node.scope
    if not isinstance(parent, lambda_.Function):
        return resource
    if isinstance(parent.node.scope, custom_resources.Provider):
        return None
    if any(_CDK_HANDLER_METADATA in entry.type for entry in parent.node.metadata):
        return None
    return parent


def _resolved(stack: Stack, found: list[tuple[IConstruct, CfnResource]]) -> Iterator[MonitoredFunction]:
    # `_cfn_properties` is jsii's spelling of a protected member: all properties in one call instead of one each,
    # and one resolve for all functions of the stack, which is four times as fast as the public way.
    properties = stack.resolve([resource._cfn_properties for _, resource in found])  # noqa: SLF001
    for (construct, resource), resolved in zip(found, properties, strict=True):
        yield MonitoredFunction(construct=construct, resource=resource, properties=resolved)
