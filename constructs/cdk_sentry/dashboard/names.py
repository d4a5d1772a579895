"""How a dashboard names what it shows."""

from collections.abc import Mapping

from aws_cdk import Stack

from ..alarms.resource import WatchedResource
from ..functions.function import FUNCTION_NAME, FunctionDimensions, MonitoredFunction
from ..identity import identity
from .substitution import name_of


def dimensions_in(stack: Stack, resource: WatchedResource) -> Mapping[str, str]:
    """The dimensions of a resource's metrics as they may stand in the text of a dashboard.

    Args:
        stack: the dashboard's.
        resource: of that stack, or of one nested in it.
    """
    dimensions = resource.dimensions
    if isinstance(dimensions, FunctionDimensions):
        return {FUNCTION_NAME: function_name_in(stack, dimensions.function)}
    return dimensions


def function_name_in(stack: Stack, function: MonitoredFunction) -> str:
    """A function's name, to stand in the text of a dashboard.

    Args:
        stack: the dashboard's.
        function: of that stack, or of one nested in it.
    """
    own = identity(function.stack) == identity(stack) and function.condition is None
    return name_of(function.logical_id) if own else function.ref
