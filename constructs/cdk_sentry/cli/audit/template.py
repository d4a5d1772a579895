"""What a stack's template says, with its references resolved as far as that can be done from outside.

The intrinsic functions are those of docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/
intrinsic-function-reference.html. What cannot be known from outside stays open, in whole or in part, and says nothing.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .partly import UNKNOWN, Partly, as_text, joined

_NO_VALUE = object()
_MARK = "\0"
# docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
_OPEN = re.compile(r"\{\{resolve:[^}]+\}\}|" + _MARK)
_VARIABLE = re.compile(r"\$\{([^}]+)\}")
_LITERAL = "!"


class Resolver:
    """Resolves the intrinsic functions of one template.

    Args:
        template: the template.
        refs: what `Ref` gives, for parameters, resources and pseudo parameters; what is missing is unknown.
        attribute: what `Fn::GetAtt` gives for a logical id and an attribute.
    """

    def __init__(
        self, template: Mapping[str, Any], refs: Mapping[str, Any], attribute: Callable[[str, str], Any]
    ) -> None:
        self._template = template
        self._refs = {**refs, "AWS::NoValue": _NO_VALUE}
        self._attribute = attribute
        self._functions: dict[str, Callable[[Any], Any]] = {
            "Ref": lambda name: self._refs.get(name, UNKNOWN),
            "Fn::GetAtt": self._get_att,
            "Fn::Sub": self._sub,
            "Fn::Join": self._join,
            "Fn::Select": self._select,
            "Fn::Split": self._split,
            "Fn::FindInMap": self._find_in_map,
            "Fn::If": self._if,
        }

    def properties(self, logical_id: str) -> dict[str, Any]:
        """The properties of a resource; empty where the template holds none of that name.

        Args:
            logical_id: its name in the template.
        """
        resource = self._template.get("Resources", {}).get(logical_id, {})
        resolved = self.resolve(resource.get("Properties", {}))
        return resolved if isinstance(resolved, dict) else {}

    def resolve(self, value: Any) -> Any:
        """A value of the template; what is open in it is `Partly`."""
        if isinstance(value, str):
            return _with_open_references(value)
        if isinstance(value, list):
            return [each for each in map(self.resolve, value) if each is not _NO_VALUE]
        if not isinstance(value, Mapping):
            return value
        if len(value) == 1:
            ((name, argument),) = value.items()
            if name in self._functions:
                return self._functions[name](argument)
            if name.startswith("Fn::"):
                return UNKNOWN
        resolved = {name: self.resolve(each) for name, each in value.items()}
        return {name: each for name, each in resolved.items() if each is not _NO_VALUE}

    def _get_att(self, argument: Any) -> Any:
        logical_id, _, name = (argument if isinstance(argument, str) else ".".join(map(str, argument))).partition(".")
        return self._attribute(logical_id, name)

    def _sub(self, argument: Any) -> Any:
        text, variables = (argument, {}) if isinstance(argument, str) else argument
        pieces = _VARIABLE.split(text)
        for index in range(1, len(pieces), 2):
            name = pieces[index]
            if name.startswith(_LITERAL):
                pieces[index] = f"${{{name.removeprefix(_LITERAL)}}}"
            elif name in variables:
                pieces[index] = self.resolve(variables[name])
            else:
                pieces[index] = self._get_att(name) if "." in name else self._refs.get(name, UNKNOWN)
        return _with_open_references(joined("", pieces))

    def _join(self, argument: Any) -> Any:
        delimiter, values = argument
        parts = self.resolve(values)
        return _with_open_references(joined(delimiter, parts)) if isinstance(parts, list) else UNKNOWN

    def _select(self, argument: Any) -> Any:
        index, values = self.resolve(argument[0]), self.resolve(argument[1])
        if isinstance(values, list) and str(index).isdigit() and int(index) < len(values):
            return values[int(index)]
        return UNKNOWN

    def _split(self, argument: Any) -> Any:
        text = self.resolve(argument[1])
        return text.split(argument[0]) if isinstance(text, str) else UNKNOWN

    def _find_in_map(self, argument: Sequence[Any]) -> Any:
        found: Any = self._template.get("Mappings", {})
        for key in argument[:3]:
            found = found.get(self.resolve(key)) if isinstance(found, Mapping) else None
        return UNKNOWN if found is None else found

    def _if(self, argument: Sequence[Any]) -> Any:
        name, when_true, when_false = argument
        holds = self._condition({"Condition": name})
        if holds is not None:
            return self.resolve(when_true if holds else when_false)
        either = self.resolve(when_true)
        return either if either == self.resolve(when_false) else UNKNOWN

    def _condition(self, expression: Any) -> bool | None:
        ((name, argument),) = expression.items()
        if name == "Condition":
            declared = self._template.get("Conditions", {}).get(argument)
            return None if declared is None else self._condition(declared)
        if name == "Fn::Equals":
            left, right = map(self.resolve, argument)
            open_side = isinstance(left, Partly) or isinstance(right, Partly)
            return None if open_side else bool(as_text(left) == as_text(right))
        parts = [self._condition(each) for each in argument]
        if name == "Fn::Not":
            return None if parts[0] is None else not parts[0]
        decides: bool = name == "Fn::Or"
        if decides in parts:
            return decides
        return None if None in parts else not decides


def _with_open_references(text: str | Partly) -> str | Partly:
    """The text with its dynamic references open, also those that reach over open parts."""
    parts = text.parts if isinstance(text, Partly) else (text,)
    known = _OPEN.split("".join(_MARK if part is None else part for part in parts))
    return joined("", [part for each in known for part in (each, UNKNOWN)][:-1])
