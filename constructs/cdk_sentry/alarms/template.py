"""The resources that alarms ask about, and who refers to whom among them."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from aws_cdk import CfnResource
from constructs import IConstruct, Node

from ..identity import identity
from ..stack_template import StackTemplate

_DEFAULT_CHILDREN = ("Resource", "Default")


@dataclass(frozen=True)
class TemplateResource:
    """One resource as it will stand in the template.

    Attributes:
        resource: the L1.
        type: CloudFormation's name of its type.
        logical_id: its name in the template.
        properties: in CloudFormation's spelling, resolved.
        condition: under which it is there; None: always.
    """

    resource: CfnResource
    type: str
    logical_id: str
    properties: Mapping[str, Any]
    condition: str | None = None

    @cached_property
    def l1_path(self) -> str:
        """The L1's construct path."""
        return str(self.resource.node.path)

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
    """The resources of some types in some stacks.

    Args:
        templates: of the stacks.
        types: which.
    """

    def __init__(self, templates: Iterable[StackTemplate], types: Collection[str]) -> None:
        self._resources = [each for template in templates for each in _resources_in(template, types)]
        self._conditions = {identity(each.resource): each.condition for each in self._resources if each.condition}
        self._by_id = {each.logical_id: each for each in self._resources}

    def of_type(self, *types: str) -> Iterator[TemplateResource]:
        """Yields the resources of some types."""
        return (each for each in self._resources if each.type in types)

    def condition_of(self, resource: CfnResource) -> str | None:
        """The condition under which a resource is there; None: always."""
        return self._conditions.get(identity(resource)) if self._conditions else None

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


def _resources_in(template: StackTemplate, types: Collection[str]) -> Iterator[TemplateResource]:
    for logical_id, construct in template.constructs.items():
        definition = template.resources[logical_id]
        if definition["Type"] in types:
            properties, condition = definition.get("Properties", {}), definition.get("Condition")
            yield TemplateResource(construct, definition["Type"], logical_id, properties, condition)
