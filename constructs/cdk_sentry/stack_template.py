"""The templates of the stacks below a scope, and the construct behind each of their resources."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from aws_cdk import CfnResource, Stack
from constructs import Construct, IConstruct

from .identity import identity
from .rendering import rendered_resources

PATH_METADATA = "aws:cdk:path"
# All that lies in it is CDK's: functions, and a state machine that waits for the user's function to be complete.
_PROVIDER = ("aws_cdk.custom_resources", "Provider")


@dataclass(frozen=True)
class StackTemplate:
    """One stack as it would be deployed now, as far as it lies in a scope.

    Attributes:
        stack: a stack or a nested stack.
        resources: all resources of its template, by logical id.
        constructs: what stands behind those that lie in the scope, by logical id, in the order of the construct tree.
        tree: the constructs of the scope in that order, of this stack and of others.
    """

    stack: Stack
    resources: Mapping[str, Mapping[str, Any]]
    constructs: Mapping[str, CfnResource]
    tree: Sequence[IConstruct]


def read_templates(scope: Construct, *, outside: Collection[Construct] = ()) -> list[StackTemplate]:
    """Returns the templates of all stacks that have a resource at or below a scope, outer ones first.

    Args:
        scope: an App, Stage, Stack, NestedStack or any construct.
        outside: constructs below the scope whose resources are somebody else's. What CDK brings for a custom resource
            is nobody's in any case.
    """
    # One call for a whole tree: asking each construct for its parent, stack or id takes two calls for each.
    everything = scope.node.find_all()
    helpers = [each for each in everything if cdk_class(each) == _PROVIDER]
    elsewhere = {identity(each) for area in (*outside, *helpers) for each in area.node.find_all()}
    tree = [each for each in everything if identity(each) not in elsewhere]
    stack_of = _stacks_of(scope, everything)
    stacks: dict[str, Stack] = {}
    wanted: dict[str, set[str]] = {}
    for each in tree:
        if isinstance(each, CfnResource):
            stack = stack_of(each)
            stacks.setdefault(identity(stack), stack)
            wanted.setdefault(identity(stack), set()).add(identity(each))
    templates = []
    for key, stack in stacks.items():
        resources = rendered_resources(stack)
        paired = _paired(stack, everything if key == identity(scope) else stack.node.find_all(), resources)
        inside = {name: each for name, each in paired if identity(each) in wanted[key]}
        templates.append(StackTemplate(stack, resources, inside, tree))
    return templates


def count_resources(stack: Stack) -> int:
    """How many resources the template of a stack has now.

    Args:
        stack: whose; those of stacks nested in it are none of its own.
    """
    return sum(1 for _ in _own_resources(stack.node.find_all()))


def _paired(
    stack: Stack, constructs: Sequence[IConstruct], resources: Mapping[str, Mapping[str, Any]]
) -> Iterable[tuple[str, CfnResource]]:
    """Logical ids with their constructs.

    CDK writes the resources of a template in the order of the construct tree, so both are gone through side by side;
    where the two do not fit, because a construct has chosen to write nothing, each is asked for its id.
    """
    own = list(_own_resources(constructs))
    if len(own) == len(resources) and all(
        _may_declare(construct, str(resource["Type"]))
        for construct, resource in zip(own, resources.values(), strict=True)
    ):
        return zip(resources, own, strict=True)
    logical_ids = stack.resolve([each.logical_id for each in own])
    return ((name, each) for name, each in zip(logical_ids, own, strict=True) if name in resources)


def _own_resources(constructs: Sequence[IConstruct]) -> Iterator[CfnResource]:
    """The resources of a stack's own template, from the whole tree of that stack."""
    nested = [each for each in constructs[1:] if isinstance(each, Stack)]
    elsewhere = {identity(each) for inner in nested for each in inner.node.find_all()}
    return (each for each in constructs if isinstance(each, CfnResource) and identity(each) not in elsewhere)


def cdk_class(construct: IConstruct) -> tuple[str, str]:
    """Module and name of the class of aws-cdk-lib that a construct is of, or is derived from."""
    # Without importing the module: jsii has loaded the class where there is an instance.
    found = (each for each in type(construct).__mro__ if each.__module__.startswith("aws_cdk."))
    nearest = next(found, CfnResource)
    return nearest.__module__, nearest.__name__


def _may_declare(construct: CfnResource, resource_type: str) -> bool:
    """Whether a construct's class fits a resource's type, as `CfnTable` does `AWS::DynamoDB::Table`."""
    name = cdk_class(construct)[1]
    return name == "CfnResource" or name.removeprefix("Cfn").startswith(resource_type.rpartition("::")[2])


def _stacks_of(scope: Construct, constructs: Sequence[IConstruct]) -> Callable[[CfnResource], Stack]:
    """Returns what tells the stack of a resource, without asking each where there is but one."""
    stacks = [each for each in constructs if isinstance(each, Stack)]
    outer = Stack.of(scope) if any(isinstance(each, Stack) for each in scope.node.scopes) else None
    if not stacks:
        return lambda _: cast("Stack", outer)
    if len(stacks) == 1 and identity(stacks[0]) == identity(scope):
        return lambda _: stacks[0]
    # Parents come before the stacks nested in them, so that the innermost stack has the last word.
    innermost = {identity(each): stack for stack in stacks for each in stack.node.find_all()}
    return lambda resource: innermost.get(identity(resource)) or cast("Stack", outer)
