"""One function with everything that is known about it: what a check is asked about."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .answer import Unread
from .function import Function
from .instrumentation import By, Instrumentation, instrumentation
from .inventory import Inventory


@dataclass(frozen=True)
class Subject:
    """A function and what there is beside it.

    Attributes:
        function: which.
        inventory: what there is.
        instrumentation: who watches it.
        releases: of the functions of its stack, with how many have each.
    """

    function: Function
    inventory: Inventory
    instrumentation: Instrumentation
    releases: Mapping[str, int]

    @property
    def is_watched(self) -> bool:
        """Whether somebody watches it, so that there are settings to ask about."""
        return self.instrumentation.by is not By.NOBODY

    @property
    def variables(self) -> Mapping[str, str] | Unread:
        """Its environment."""
        return self.function.variables

    @cached_property
    def declared(self) -> dict[str, Any] | Unread | None:
        """What its stack's template says of it; None where no stack declares it."""
        function = self.function
        if function.stack is None or function.resource is None:
            return None
        return function.stack.properties(function.resource.logical_id)

    @cached_property
    def tags(self) -> Mapping[str, str] | None:
        """Its tags, as its stack gives them; None where no stack that can be read declares it."""
        if self.function.stack is None or not isinstance(self.declared, dict):
            return None
        own = self.declared.get("Tags", ())
        return {**self.function.stack.tags, **{each["Key"]: str(each["Value"]) for each in own}}

    @cached_property
    def watching(self) -> Sequence[Mapping[str, Any]]:
        """The alarms on it, as far as alarms could be read."""
        alarms = self.inventory.alarms
        return () if isinstance(alarms, Unread) else alarms.watching(self.function.name, self.tags or {})


def subjects(inventory: Inventory) -> Iterator[Subject]:
    """Yields every function in question.

    Args:
        inventory: what there is.
    """
    releases: dict[str, Counter[str]] = {}
    for function in inventory.functions:
        if function.stack and function.known_variables.get("SENTRY_RELEASE"):
            counted = releases.setdefault(function.stack.root, Counter())
            counted[function.known_variables["SENTRY_RELEASE"]] += 1
    for function in inventory.functions:
        yield Subject(
            function,
            inventory,
            instrumentation(function, inventory.layers),
            releases.get(function.stack.root, {}) if function.stack else {},
        )
