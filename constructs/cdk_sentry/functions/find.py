"""Finds every user-written function below a scope, tells those of Lambda@Edge, and leaves CDK's own out."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
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
    """Returns the user's functions, at the edge or not, in the order of the construct tree, stack by stack.

    Args:
        templates: of the stacks in which to look.
    """
    associated = edge_functions([each.resources for each in templates])
    parents = _parents(templates[0].tree) if templates else {}
    return [
        function
        for template, at_the_edge in zip(templates, associated, strict=True)
        for function in _functions_in(template, parents, at_the_edge)
    ]


@dataclass(frozen=True)
class _Parent:
    """The L2 function of a function's resource, and what comes before it in the tree: CDK's EdgeFunction, if any."""

    function: lambda_.Function
    before: IConstruct | None


def _parents(constructs: Sequence[IConstruct]) -> dict[str, _Parent]:
    """The L2 function of each function's resource, paired by their order in the tree.

    A Function makes its resource in its constructor, so it is the latest Function before the resource that has none
    yet.
    """
    waiting: list[_Parent] = []
    previous: IConstruct | None = None
    found: dict[str, _Parent] = {}
    for each in constructs:
        if isinstance(each, lambda_.Function):
            waiting.append(_Parent(each, previous))
        elif cdk_class(each) in _RESOURCE_CLASSES and waiting:
            found[identity(each)] = waiting.pop()
        previous = each
    return found


def _functions_in(
    template: StackTemplate, parents: Mapping[str, _Parent], associated: Collection[str]
) -> Iterator[MonitoredFunction]:
    stage = Stage.of(template.stack)
    asset_folder = stage.asset_outdir if stage is not None else None
    in_edge_stack = is_edge_stack(template.stack)
    for logical_id, resource in template.constructs.items():
        definition = template.resources[logical_id]
        if definition["Type"] not in RESOURCE_TYPES:
            continue
        parent = parents.get(identity(resource))
        if _is_cdks_own(resource, definition, parent):
            continue
        yield MonitoredFunction(
            construct=parent.function if parent else resource,
            resource=resource,
            stack=template.stack,
            logical_id=logical_id,
            properties=definition.get("Properties", {}),
            kind=definition["Type"],
            template=template.resources,
            asset_folder=asset_folder,
            at_the_edge=in_edge_stack
            or logical_id in associated
            or (parent is not None and is_edge_wrapper(parent.before)),
        )


def _is_cdks_own(resource: CfnResource, definition: Mapping[str, Any], parent: _Parent | None) -> bool:
    if cdk_class(resource) not in _RESOURCE_CLASSES:
        # CDK writes some of its own as a CfnResource of no class.
        return True
    return parent is not None and may_be_cdks_own(definition) and is_cdks_own(parent.function)


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
