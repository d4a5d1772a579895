"""The resources that alarms ask about, and who refers to whom among them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from aws_cdk import CfnResource
from constructs import IConstruct, Node

from ..identity import identity
from ..stack_template import StackTemplate

# Where something is declared: its stack, by `identity`, and its logical id, which other stacks may have too.
Place = tuple[str, str]

_DEFAULT_CHILDREN = ("Resource", "Default")


@dataclass(frozen=True)
class TemplateResource:
    """One resource as it will stand in the template.

    Attributes:
        resource: the L1.
        type: CloudFormation's name of its type.
        place: where it is declared.
        properties: in CloudFormation's spelling, resolved.
        condition: under which it is there; None: always.
    """

    resource: CfnResource
    type: str
    place: Place
    properties: Mapping[str, Any]
    condition: str | None = None

    @property
    def stack(self) -> str:
        """The stack whose template it is in, by `identity`."""
        return self.place[0]

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

    def __init__(self, templates: Sequence[StackTemplate], types: Collection[str]) -> None:
        self._resources = [each for template in templates for each in _resources_in(template, types)]
        self._ids = {identity(template.stack): template.resources.keys() for template in templates}
        self._conditions = {identity(each.resource): each.condition for each in self._resources if each.condition}
        self._by_place = {each.place: each for each in self._resources}

    def of_type(self, *types: str) -> Iterator[TemplateResource]:
        """Yields the resources of some types."""
        return (each for each in self._resources if each.type in types)

    def condition_of(self, resource: CfnResource) -> str | None:
        """The condition under which a resource is there; None: always."""
        return self._conditions.get(identity(resource)) if self._conditions else None

    def place_of(self, value: Any, said_in: str) -> Place | None:
        """Where that is which a property names by `Ref` or `Fn::GetAtt`, if it is here.

        Args:
            value: of the property.
            said_in: the stack whose template has it, by `identity`. What is not in it is in another stack, which the
                template does not name.
        """
        identifier = _reference(value)
        if identifier is None:
            return None
        if identifier in self._ids[said_in]:
            return said_in, identifier
        stacks = [stack for stack, identifiers in self._ids.items() if identifier in identifiers]
        return (stacks[0], identifier) if len(stacks) == 1 else None

    def referred(self, value: Any, said_in: str) -> TemplateResource | None:
        """The resource that a property names, as for `place_of`."""
        place = self.place_of(value, said_in)
        return self._by_place.get(place) if place else None


def _reference(value: Any) -> str | None:
    """The logical id that a resolved value refers to, also from within a `Fn::Join` or `Fn::Select`."""
    if isinstance(value, list):
        return next(filter(None, map(_reference, value)), None)
    if not isinstance(value, Mapping):
        return None
    if "Ref" in value:
        identifier = str(value["Ref"])
        return None if identifier.startswith("AWS::") else identifier
    attribute = value.get("Fn::GetAtt")
    if attribute:
        return str(attribute.split(".")[0] if isinstance(attribute, str) else attribute[0])
    return _reference(list(value.values()))


def _resources_in(template: StackTemplate, types: Collection[str]) -> Iterator[TemplateResource]:
    stack = identity(template.stack)
    for logical_id, construct in template.constructs.items():
        definition = template.resources[logical_id]
        if definition["Type"] in types:
            properties, condition = definition.get("Properties", {}), definition.get("Condition")
            yield TemplateResource(construct, definition["Type"], (stack, logical_id), properties, condition)
