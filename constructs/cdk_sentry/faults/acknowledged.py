"""What checks of IAM and runtimes say about the kit's own functions, answered with the reason.

The ids are those of cdk-nag: a pattern in a policy is named by the resource as its template spells it, each reference
in angle brackets.
"""

from collections.abc import Iterable
from typing import Any

from aws_cdk import Stack
from constructs import Construct

from ..acknowledged import acknowledge


def acknowledge_runtime(function: Construct, reason: str) -> None:
    """Answers why a function does not run on the newest runtime."""
    acknowledge(function, {"AwsSolutions-L1": reason})


def acknowledge_patterns(function: Construct, resources: Iterable[str], reason: str) -> None:
    """Answers why the role of a function is allowed what a pattern matches.

    Args:
        function: whose role.
        resources: of its policy's statements; those without a pattern need no answer.
        reason: for the others.
    """
    stack = Stack.of(function)
    spelled = (_spelled(stack.resolve(each)) for each in resources)
    acknowledge(function, {f"AwsSolutions-IAM5[Resource::{each}]": reason for each in spelled if "*" in each})


def _spelled(value: Any) -> str:
    """A resolved text, with `<Name>` for a reference and `<Name.Attribute>` for an attribute."""
    if not isinstance(value, dict):
        return str(value)
    if "Fn::Join" in value:
        separator, parts = value["Fn::Join"]
        return str(separator).join(_spelled(part) for part in parts)
    if "Fn::GetAtt" in value:
        return f"<{'.'.join(value['Fn::GetAtt'])}>"
    return f"<{value['Ref']}>" if "Ref" in value else str(value)
