"""Finds every user-written function below a scope, and leaves CDK's own and Lambda@Edge alone."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import aws_cdk
from aws_cdk import CfnResource, Stage
from aws_cdk import aws_lambda as lambda_
from constructs import Construct, IConstruct

from ..identity import identity
from ..stack_template import StackTemplate, cdk_class
from .edge import edge_functions, is_edge_stack, is_edge_wrapper
from .function import MonitoredFunction
from .helpers import is_cdks_own, may_be_cdks_own

RESOURCE_TYPES = ("AWS::Lambda::Function", "AWS::Serverless::Function")
# By name, because importing aws_sam takes time that few need: jsii loads the class where there is an instance.
_RESOURCE_CLASSES = frozenset({("aws_cdk.aws_lambda", "CfnFunction"), ("aws_cdk.aws_sam", "CfnFunction")})


def find_functions(templates: Sequence[StackTemplate]) -> list[MonitoredFunction]:
    """Returns the user's functions, in the order of the construct tree, stack by stack.

    Args:
        templates: of the stacks in which to look.
    """
    at_the_edge = edge_functions(each.resources for each in templates)
    parents = _parents(templates[0].tree) if templates else {}
    return [
        function
        for template in templates
        if not is_edge_stack(template.stack)
        for function in _functions_in(template, parents)
        if function.logical_id not in at_the_edge
    ]


def _parents(constructs: Sequence[IConstruct]) -> dict[str, lambda_.Function | None]:
    """The L2 function of each function's resource, paired by their order in the tree; None for CDK's EdgeFunction.

    A Function makes its resource in its constructor, so it is the latest Function before the resource that has none
    yet.
    """
    waiting: list[lambda_.Function] = []
    previous: IConstruct | None = None
    wrapper: IConstruct | None = None
    found: dict[str, lambda_.Function | None] = {}
    for each in constructs:
        if isinstance(each, lambda_.Function):
            waiting.append(each)
            wrapper = previous
        elif cdk_class(each) in _RESOURCE_CLASSES and waiting:
            parent = waiting.pop()
            found[identity(each)] = None if is_edge_wrapper(wrapper) else parent
        previous = each
    return found


def _functions_in(
    template: StackTemplate, parents: Mapping[str, lambda_.Function | None]
) -> Iterator[MonitoredFunction]:
    stage = Stage.of(template.stack)
    asset_folder = stage.asset_outdir if stage is not None else None
    for logical_id, resource in template.constructs.items():
        definition = template.resources[logical_id]
        if definition["Type"] not in RESOURCE_TYPES or _is_left_alone(resource, definition, parents):
            continue
        yield MonitoredFunction(
            construct=parents.get(identity(resource)) or resource,
            resource=resource,
            stack=template.stack,
            logical_id=logical_id,
            properties=definition.get("Properties", {}),
            kind=definition["Type"],
            template=template.resources,
            asset_folder=asset_folder,
        )


def _is_left_alone(
    resource: CfnResource, definition: Mapping[str, Any], parents: Mapping[str, lambda_.Function | None]
) -> bool:
    if cdk_class(resource) not in _RESOURCE_CLASSES:
        # CDK writes some of its own as a CfnResource of no class.
        return True
    if identity(resource) not in parents:
        return False
    parent = parents[identity(resource)]
    return parent is None or (may_be_cdks_own(definition) and is_cdks_own(parent))


def resources_of_type(scope: Construct, *types: str) -> Iterator[CfnResource]:
    """Yields the CloudFormation resources of some types at or below a scope; of any type when none is named.

    Args:
        scope: where to look.
        types: such as `AWS::Lambda::Function`.
    """
    if types and hasattr(aws_cdk, "ConstructSelector"):
        # 40 times as fast as the walk; since aws-cdk-lib 2.237.
        selector = aws_cdk.ConstructSelector.resources_of_type(*types)
        yield from cast("list[CfnResource]", aws_cdk.Mixins.of(scope, selector).selected_constructs)
        return
    for construct in scope.node.find_all():
        if isinstance(construct, CfnResource) and (not types or construct.cfn_resource_type in types):
            yield construct
