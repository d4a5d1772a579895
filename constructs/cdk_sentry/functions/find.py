"""Finds every user-written function below a scope, and leaves CDK's own and Lambda@Edge alone."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, cast

import aws_cdk
from aws_cdk import CfnResource, Stack, Stage
from aws_cdk import aws_lambda as lambda_
from constructs import Construct, IConstruct

from ..identity import identity
from ..rendering import rendered_resources
from .edge import edge_functions, is_edge_stack, is_edge_wrapper
from .function import MonitoredFunction
from .helpers import is_cdks_own, may_be_cdks_own

RESOURCE_TYPES = ("AWS::Lambda::Function", "AWS::Serverless::Function")
# By name, because importing aws_sam takes time that few need: jsii loads the class where there is an instance.
_RESOURCE_CLASSES = frozenset({("aws_cdk.aws_lambda", "CfnFunction"), ("aws_cdk.aws_sam", "CfnFunction")})


def find_functions(scope: Construct, *, outside: Collection[Construct] = ()) -> list[MonitoredFunction]:
    """Returns the user's functions below a scope, in the order of the construct tree, stack by stack.

    Args:
        scope: an App, Stage, Stack, NestedStack or any construct.
        outside: constructs below the scope whose functions are somebody else's.
    """
    elsewhere = {identity(each) for area in outside for each in area.node.find_all()}
    # One call for the whole tree: asking each construct for its parent takes two calls for each.
    constructs = [each for each in scope.node.find_all() if identity(each) not in elsewhere]
    found: dict[str, list[_Found]] = {}
    stacks: dict[str, Stack] = {}
    stack_of = _stacks_of(scope, constructs)
    for each in _functions_in(constructs):
        stack = stack_of(each.resource)
        stacks[identity(stack)] = stack
        found.setdefault(identity(stack), []).append(each)
    rendered = {key: rendered_resources(stack) for key, stack in stacks.items()}
    at_the_edge = edge_functions(rendered.values())
    return [
        function
        for key, members in found.items()
        for function in _matched(stacks[key], members, rendered[key])
        if function.logical_id not in at_the_edge
    ]


class _Found:
    """A function's resource, and the L2 construct that it belongs to, if there is one."""

    def __init__(self, resource: CfnResource, parent: lambda_.Function | None) -> None:
        self.resource = resource
        self.parent = parent


def _functions_in(constructs: Sequence[IConstruct]) -> Iterator[_Found]:
    """Pairs every resource with its L2 function by their order in the tree.

    A Function makes its resource in its constructor, so it is the latest Function before the resource that has none
    yet.
    """
    waiting: list[lambda_.Function] = []
    previous: IConstruct | None = None
    wrapper: IConstruct | None = None
    for each in constructs:
        if isinstance(each, lambda_.Function):
            waiting.append(each)
            wrapper = previous
        elif isinstance(each, CfnResource) and (type(each).__module__, type(each).__name__) in _RESOURCE_CLASSES:
            parent = waiting.pop() if waiting else None
            if parent is None or not is_edge_wrapper(wrapper):
                yield _Found(each, parent)
        previous = each


def _matched(
    stack: Stack, members: Sequence[_Found], resources: Mapping[str, Mapping[str, Any]]
) -> Iterator[MonitoredFunction]:
    if is_edge_stack(stack):
        return
    by_logical_id = {logical_id: each for logical_id, each in resources.items() if each["Type"] in RESOURCE_TYPES}
    # One resolve for all; without it each logical id is a placeholder.
    logical_ids = stack.resolve([each.resource.logical_id for each in members])
    stage = Stage.of(stack)
    asset_folder = stage.asset_outdir if stage is not None else None
    for each, logical_id in zip(members, logical_ids, strict=True):
        definition = by_logical_id.get(logical_id)
        if definition is None:
            continue
        parent = each.parent
        if parent is not None and may_be_cdks_own(definition) and is_cdks_own(parent):
            continue
        yield MonitoredFunction(
            construct=parent or each.resource,
            resource=each.resource,
            stack=stack,
            logical_id=logical_id,
            properties=definition.get("Properties", {}),
            kind=definition["Type"],
            template=resources,
            asset_folder=asset_folder,
        )


def _stacks_of(scope: Construct, constructs: Sequence[IConstruct]) -> Callable[[CfnResource], Stack]:
    """Returns what tells the stack of a resource, without asking each where there is but one."""
    stacks = [each for each in constructs if isinstance(each, Stack)]
    if not stacks:
        own = Stack.of(scope)
        return lambda _: own
    if len(stacks) == 1 and identity(stacks[0]) == identity(scope):
        return lambda _: stacks[0]
    # Parents come before the stacks nested in them, so that the innermost stack has the last word.
    innermost = {identity(each): stack for stack in stacks for each in stack.node.find_all()}
    outer = Stack.of(scope) if any(isinstance(each, Stack) for each in scope.node.scopes) else None
    return lambda resource: innermost.get(identity(resource)) or cast("Stack", outer)


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
