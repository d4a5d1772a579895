"""Names of functions and log groups as IAM policies take them: few patterns, however many functions there are."""

from collections.abc import Iterable, Sequence
from os.path import commonprefix
from typing import Any

from aws_cdk import NestedStack, Stack, Token

from ..functions.function import MonitoredFunction
from .log_groups import property_of

# CloudFormation names a function STACK-LOGICALID-RANDOM and shortens each part to fit 64 characters; so much of the
# stack's name is always left.
_STACK_NAME_LEFT = 20
# An inline policy of a role takes 10,240 characters:
# docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html.
_MAX_NAMES = 15


def function_name_patterns(functions: Sequence[MonitoredFunction]) -> list[str]:
    """Patterns, in IAM's sense, for the names of functions.

    A function without a name of its own is named after its stack; names of their own are listed, and from the 16th on
    reduced to what they have in common.

    Args:
        functions: whose names.
    """
    names = [(function, property_of(function.properties, "FunctionName")) for function in functions]
    generated = [stack_pattern(function.stack) for function, name in names if name is None]
    literal = sorted({name for _, name in names if isinstance(name, str)})
    others = [as_pattern(name, function) for function, name in names if isinstance(name, dict)]
    return list(dict.fromkeys([*generated, *_reduced(literal), *others]))


def as_pattern(name: Any, function: MonitoredFunction) -> str:
    """A pattern for a name that CloudFormation resolves in a function's template.

    In the outermost stack it is the name itself. From a nested stack it cannot be had: the nested stack waits for
    the role whose policy this is for. There what is not literal in it becomes `*`.

    Args:
        name: what the function's template says, an intrinsic function.
        function: whose template.
    """
    if not isinstance(function.stack, NestedStack):
        return Token.as_string(name)
    parts = name.get("Fn::Join", ["", [None]])[1] if isinstance(name, dict) else [name]
    return "".join(part if isinstance(part, str) else "*" for part in parts)


def stack_pattern(stack: Stack) -> str:
    """A pattern for what CloudFormation names in a stack or in one nested in it."""
    return f"{stack_name_prefix(stack)}*"


def stack_name_prefix(stack: Stack) -> str:
    """What every name begins with that CloudFormation makes in a stack, however it has to be shortened."""
    name = _outermost(stack).stack_name
    if Token.is_unresolved(name):
        return name
    return f"{name}-" if len(name) < _STACK_NAME_LEFT else name[:_STACK_NAME_LEFT]


def _reduced(names: Sequence[str]) -> Iterable[str]:
    if len(names) <= _MAX_NAMES:
        return names
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(name.replace("_", "-").partition("-")[0], []).append(name)
    if len(groups) > _MAX_NAMES:
        return [f"{_common_start(names)}*"]
    return [group[0] if len(group) == 1 else f"{_common_start(group)}*" for group in groups.values()]


def _common_start(names: Sequence[str]) -> str:
    return commonprefix(names)  # noqa: RUF071  (letter by letter is what is wanted)


def _outermost(stack: Stack) -> Stack:
    while isinstance(stack, NestedStack) and stack.nested_stack_parent is not None:
        stack = stack.nested_stack_parent
    return stack
