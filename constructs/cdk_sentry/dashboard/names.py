"""How a dashboard names what it shows."""

from collections.abc import Mapping

from aws_cdk import Stack

from ..alarms.resource import WatchedResource
from ..functions.function import FUNCTION_NAME, FunctionDimensions
from ..identity import identity
from .substitution import name_of


def dimensions_in(stack: Stack, resource: WatchedResource) -> Mapping[str, str]:
    """The dimensions of a resource's metrics as they may stand in the text of a dashboard.

    Args:
        stack: the dashboard's.
        resource: of that stack, or of one nested in it.
    """
    dimensions = resource.dimensions
    if isinstance(dimensions, FunctionDimensions) and identity(dimensions.function.stack) == identity(stack):
        return {FUNCTION_NAME: name_of(dimensions.function.logical_id)}
    return dimensions
