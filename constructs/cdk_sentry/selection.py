"""Which functions are covered: by path, by an AWS tag, or by naming the construct."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from aws_cdk import Aspects, Tag
from aws_cdk.aws_lambda import SingletonFunction
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

    def __str__(self) -> str:
        return repr(self.pattern)

    def check(self, problems: Problems) -> None:
        if not isinstance(self.pattern, str) or not self.pattern:
            problems.add(
                "include/exclude", self.pattern, "a path pattern such as 'Shop/*'", "Give the path as CDK prints it."
            )

    def matches(self, function: MonitoredFunction) -> bool:
        return fnmatchcase(function.path, self.pattern)


@dataclass(frozen=True)
class _Tag(Select):
    key: str
    value: str

    def __str__(self) -> str:
        return f"Select.tag({self.key!r}, {self.value!r})"

    def check(self, problems: Problems) -> None:
        if not isinstance(self.key, str) or not self.key or not isinstance(self.value, str):
            problems.add("include/exclude", str(self), "the key of an AWS tag, and a pattern", "Name the tag's key.")

    def matches(self, function: MonitoredFunction) -> bool:
        found = tag_value(function, self.key)
        return found is not None and fnmatchcase(found, self.value)


@dataclass(frozen=True)
class _Unusable(Select):
    """What was given in the place of rules, or of one."""

    parameter: str
    given: object

    def check(self, problems: Problems) -> None:
        if isinstance(self.given, str):
            remedy = f"Write {self.parameter}=[{self.given!r}]."
        else:
            remedy = "For a single function, call .exclude(function)."
        problems.add(self.parameter, self.given, "a list of path patterns and Select", remedy)

    def matches(self, function: MonitoredFunction) -> bool:  # noqa: ARG002  (interface)
        return False


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
    own = function.properties.get("Tags") or []
    pairs = own.items() if isinstance(own, dict) else ((each.get("Key"), each.get("Value")) for each in own)
    return next((str(value) for name, value in pairs if name == key), None)


def _tag_added_at(construct: IConstruct, key: str) -> str | None:
    found = [aspect.value for aspect in Aspects.of(construct).all if isinstance(aspect, Tag) and aspect.key == key]
    return str(found[-1]) if found else None


class Choice:
    """Which of the functions found are covered.

    Args:
        include: rules, one of which a function must match; None: every function is covered.
        exclude: rules that a covered function must not match.
    """

    def __init__(self, include: Iterable["Select | str"] | None, exclude: Iterable["Select | str"]) -> None:
        self._include = None if include is None else _as_rules("include", include)
        self._exclude = _as_rules("exclude", exclude)
        self._excluded: dict[str, bool] = {}
        self._matched: set[Select] = set()

    def check(self, problems: Problems) -> None:
        """Notes what is wrong with the rules."""
        for rule in (*(self._include or ()), *self._exclude):
            rule.check(problems)

    def exclude(self, function: IConstruct) -> None:
        """Leaves one function out."""
        self._excluded[path_of(function)] = False

    def takes(self, function: MonitoredFunction) -> bool:
        """Whether a function is covered."""
        if self._excluded:
            for path in _paths(function) & self._excluded.keys():
                self._excluded[path] = True
                return False
        included = self._include is None or self._matches(self._include, function)
        return not self._matches(self._exclude, function) and included

    @property
    def unused(self) -> list[str]:
        """What names no function, as the user wrote it."""
        rules = [(f"include={rule}", rule) for rule in self._include or ()]
        rules += [(f"exclude={rule}", rule) for rule in self._exclude]
        named = [f"exclude({path!r})" for path, used in self._excluded.items() if not used]
        return [*named, *(text for text, rule in rules if rule not in self._matched)]

    def _matches(self, rules: Iterable[Select], function: MonitoredFunction) -> bool:
        matching = [rule for rule in rules if rule.matches(function)]
        self._matched.update(matching)
        return bool(matching)


class Configured:
    """What was said for single functions."""

    def __init__(self) -> None:
        self._settings: dict[str, dict[str, Any]] = {}
        self._used: set[str] = set()

    def add(self, function: IConstruct, settings: Mapping[str, Any]) -> None:
        """Adds to what is said for a function."""
        own = self._settings.setdefault(path_of(function), {})
        tags = {**own.get("tags", {}), **settings.get("tags", {})}
        own.update(settings)
        if tags:
            own["tags"] = tags

    def of(self, function: MonitoredFunction) -> Mapping[str, Any]:
        """What was said for a function; nothing for most."""
        if not self._settings:
            return {}
        paths = _paths(function) & self._settings.keys()
        self._used |= paths
        return {name: value for path in sorted(paths) for name, value in self._settings[path].items()}

    @property
    def unused(self) -> list[str]:
        """What names no function, as the user wrote it."""
        return [f"configure({path!r})" for path in self._settings if path not in self._used]


def path_of(function: IConstruct) -> str:
    """The path of the function that a construct stands for: a SingletonFunction's lies elsewhere in the stack.

    Raises:
        ConfigurationError: it is no construct.
    """
    if not hasattr(function, "node"):
        problems = Problems("SentryMonitoring, configure or exclude")
        problems.add("function", function, "a construct", "Give the function itself, not its path or name.")
        problems.raise_if_any()
    return str(function.permissions_node.path if isinstance(function, SingletonFunction) else function.node.path)


def _paths(function: MonitoredFunction) -> set[str]:
    return {function.path, str(function.resource.node.path)}


def _as_rules(parameter: str, selection: Iterable["Select | str"]) -> tuple[Select, ...]:
    """Rules from what a user may write: a text in a list is a path pattern. A text alone is a list to Python only."""
    if isinstance(selection, str) or not isinstance(selection, Iterable):
        return (_Unusable(parameter, selection),)
    return tuple(_as_rule(parameter, each) for each in selection)


def _as_rule(parameter: str, given: Select | str) -> Select:
    if isinstance(given, str):
        return Select.path(given)
    return given if isinstance(given, Select) else _Unusable(parameter, given)
