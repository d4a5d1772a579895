"""Which functions are covered: by path, by an AWS tag, or by naming the construct."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from aws_cdk import Aspects, Tag
from constructs import IConstruct

from .errors import Problems
from .functions.function import MonitoredFunction


class Select(ABC):
    """A rule that a function matches or not. Made by one of the static methods."""

    @staticmethod
    def path(pattern: str) -> "Select":
        """Functions by their construct path.

        Args:
            pattern: shell-style, matched against the whole path: `Shop/*/Legacy*`; `*` crosses slashes.
        """
        return _Path(pattern)

    @staticmethod
    def tag(key: str, value: str = "*") -> "Select":
        """Functions by an AWS tag, set on them or on anything above them with `Tags.of`.

        Args:
            key: the tag's key.
            value: shell-style pattern for its value; any when left out.
        """
        return _Tag(key, value)

    def check(self, problems: Problems) -> None:
        """Notes what is wrong with the arguments."""

    @abstractmethod
    def matches(self, function: MonitoredFunction) -> bool:
        """Whether the rule holds for a function."""


@dataclass(frozen=True)
class _Path(Select):
    pattern: str

    def check(self, problems: Problems) -> None:
        if not self.pattern:
            problems.add("include/exclude", "''", "a path pattern such as 'Shop/*'", "Give the path as CDK prints it.")

    def matches(self, function: MonitoredFunction) -> bool:
        return fnmatchcase(function.path, self.pattern)


@dataclass(frozen=True)
class _Tag(Select):
    key: str
    value: str

    def matches(self, function: MonitoredFunction) -> bool:
        found = tag_value(function, self.key)
        return found is not None and fnmatchcase(found, self.value)


def tag_value(function: MonitoredFunction, key: str) -> str | None:
    """The value that an AWS tag of a function will have, or None.

    `Tags.of(...).add(...)` takes effect only after the kit has looked (it is an Aspect too), so what is asked for is
    read from there; the nearest to the function wins, as it does in CDK.

    Args:
        function: whose tag.
        key: the tag's key.
    """
    for construct in reversed(function.construct.node.scopes):
        value = _tag_added_at(construct, key)
        if value is not None:
            return value
    own = function.properties.get("tags") or []
    pairs = own.items() if isinstance(own, dict) else ((each.get("key"), each.get("value")) for each in own)
    return next((str(value) for name, value in pairs if name == key), None)


def _tag_added_at(construct: IConstruct, key: str) -> str | None:
    found = [aspect.value for aspect in Aspects.of(construct).all if isinstance(aspect, Tag) and aspect.key == key]
    return str(found[-1]) if found else None


def as_rules(selection: Iterable["Select | str"]) -> tuple[Select, ...]:
    """Rules from what a user may write: a text is a path pattern."""
    return tuple(Select.path(each) if isinstance(each, str) else each for each in selection)
