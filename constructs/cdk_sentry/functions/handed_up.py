"""Names of the functions of a large nested stack, handed to the stack around it in a few outputs.

CDK makes an output of each name that is used outside, and a template takes 200:
docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from aws_cdk import CfnOutput, Fn, NestedStack, Token

from ..identity import identity
from .function import MonitoredFunction

# So that as many stay for what else is watched, and for the user's own.
_MAX_OUTPUTS = 100
# A function's name has up to 64 characters, and a parameter, which an output may become, 4,096 bytes (as above).
_NAMES_PER_OUTPUT = 50


def with_few_outputs(functions: Sequence[MonitoredFunction]) -> list[MonitoredFunction]:
    """Returns the functions in their order, those of large nested stacks with a name that takes no output of its own.

    Args:
        functions: of any stacks.
    """
    by_stack: dict[str, list[MonitoredFunction]] = {}
    for each in functions:
        # What is there under a condition is referred to in its own template alone.
        if isinstance(each.stack, NestedStack) and each.condition is None:
            by_stack.setdefault(identity(each.stack), []).append(each)
    large = [members for members in by_stack.values() if len(members) > _MAX_OUTPUTS]
    handed_up = {identity(each.resource): each for members in large for each in _handed_up(members)}
    return [handed_up.get(identity(each.resource), each) for each in functions]


def _handed_up(functions: Sequence[MonitoredFunction]) -> Iterator[MonitoredFunction]:
    for start in range(0, len(functions), _NAMES_PER_OUTPUT):
        batch = functions[start : start + _NAMES_PER_OUTPUT]
        stack = batch[0].stack
        output_id = f"SentryFunctionNames{start // _NAMES_PER_OUTPUT + 1}"
        names = Fn.join(",", [Fn.ref(each.logical_id) for each in batch])
        CfnOutput(stack, output_id, value=names).override_logical_id(output_id)
        nested = stack.nested_stack_resource
        assert nested is not None  # noqa: S101  (every nested stack has one)
        joined = nested.get_att(f"Outputs.{output_id}").to_string()
        for position, each in enumerate(batch):
            name = Token.as_string({"Fn::Select": [position, {"Fn::Split": [",", joined]}]})
            yield replace(each, name_outside=name)
