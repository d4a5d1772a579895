"""The resources of a scope that alarms ask about, read once, and who refers to whom among them."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aws_cdk import CfnResource, Stack
from constructs import Construct, IConstruct, Node

from ..functions.find import resources_of_type
from ..identity import identity

_DEFAULT_CHILDREN = ("Resource", "Default")


@dataclass(frozen=True)
class TemplateResource:
    """One resource as it will stand in the template.

    Attributes:
        resource: the L1.
        type: CloudFormation's name of its type.
        logical_id: its name in the template.
        properties: in CDK's spelling, resolved.
        l1_path: the L1's construct path.
    """

    resource: CfnResource
    type: str
    logical_id: str
    properties: Mapping[str, Any]
    l1_path: str

    @property
    def path(self) -> str:
        """The path of what the user wrote."""
        above, _, own = self.l1_path.rpartition("/")
        return above if own in _DEFAULT_CHILDREN else self.l1_path

    @property
    def construct(self) -> IConstruct:
        """What the user wrote: the L2 if the resource is its main one."""
        node = Node.of(self.resource)
        return node.scope if node.id in _DEFAULT_CHILDREN and node.scope is not None else self.resource


class Template:
    """The resources of some types at or below a scope.

    Args:
        scope: where to look.
        types: which.
        outside: paths of constructs whose resources are somebody else's.
    """

    def __init__(self, scope: Construct, types: Iterable[str], *, outside: Collection[str] = ()) -> None:
        areas = tuple(f"{path}/" for path in outside)
        by_stack: dict[str, tuple[Stack, list[tuple[CfnResource, str]]]] = {}
        for resource in resources_of_type(scope, *types):
            path = str(resource.node.path)
            if not (areas and path.startswith(areas)):
                stack = resource.stack
                by_stack.setdefault(identity(stack), (stack, []))[1].append((resource, path))
        self._resources = [each for stack, found in by_stack.values() for each in _resolved(stack, found)]
        self._by_id = {each.logical_id: each for each in self._resources}

    def of_type(self, *types: str) -> Iterator[TemplateResource]:
        """Yields the resources of some types."""
        return (each for each in self._resources if each.type in types)

    def referred(self, value: Any) -> TemplateResource | None:
        """The resource that a property names by `Ref` or `Fn::GetAtt`, if it is here."""
        identifier = reference(value)
        return self._by_id.get(identifier) if identifier else None


def reference(value: Any) -> str | None:
    """The logical id that a resolved value refers to, also from within a `Fn::Join` or `Fn::Select`."""
    if isinstance(value, list):
        return next(filter(None, map(reference, value)), None)
    if not isinstance(value, Mapping):
        return None
    if "Ref" in value:
        identifier = str(value["Ref"])
        return None if identifier.startswith("AWS::") else identifier
    attribute = value.get("Fn::GetAtt")
    if attribute:
        return str(attribute.split(".")[0] if isinstance(attribute, str) else attribute[0])
    return reference(list(value.values()))


def _resolved(stack: Stack, found: list[tuple[CfnResource, str]]) -> Iterator[TemplateResource]:
    # As in functions/find.py: all properties in one call, one resolve for all resources of the stack.
    asked = [[each.cfn_resource_type, each.logical_id, each._cfn_properties] for each, _ in found]  # noqa: SLF001
    for (resource, path), (kind, logical_id, properties) in zip(found, stack.resolve(asked), strict=True):
        yield TemplateResource(resource, kind, logical_id, properties, path)
