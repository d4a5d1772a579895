"""What alarms watch: a resource of the template, by its metrics' dimensions and by what it is used for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aws_cdk import CfnResource, Stack
from constructs import IConstruct


@dataclass(frozen=True)
class WatchedResource:
    """A resource that sends metrics.

    Attributes:
        kind: names the rules that may hold for it: `function`, `stream`, `table`, `index`, `rest_api`, `http_api`,
            `websocket_api`, `queue`, `topic`, `event_rule`, `state_machine`, `delivery_stream`.
        construct: what the user wrote: the L2 construct, or the L1 where there is none.
        resource: the L1.
        path: the construct's, as CDK prints it.
        properties: of the resource in CDK's spelling, resolved for CloudFormation.
        dimensions: of its metrics.
        traits: how it is used, as far as alarms ask: `stream_reader`, `dead_letter` ...
        part: which part of the resource it is, where that has parts with metrics of their own: a table's index.
        condition: of its template, under which it is there; None: always.
    """

    kind: str
    construct: IConstruct
    resource: CfnResource
    path: str
    properties: Mapping[str, Any]
    dimensions: Mapping[str, str]
    traits: frozenset[str] = field(default_factory=frozenset)
    part: str = ""
    condition: str | None = None

    @property
    def stack(self) -> Stack:
        """The stack, or nested stack, whose template the resource is in."""
        return self.resource.stack


def value_of(properties: Mapping[str, Any], *path: str) -> Any:
    """A property by its path in CDK's spelling, however deep; None where there is none.

    CDK spells what lies below the first level as the user did: `batchSize` or `BatchSize`.
    """
    value: Any = properties
    for name in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(name, value.get(name[:1].upper() + name[1:]))
    return value


def number_of(properties: Mapping[str, Any], *path: str) -> float | None:
    """A property that is a number known at synth."""
    value = value_of(properties, *path)
    return None if isinstance(value, bool) or not isinstance(value, int | float) else float(value)
