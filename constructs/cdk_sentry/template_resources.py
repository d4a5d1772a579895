"""What the kit adds to one template for all its functions: the layer and the DSN, each declared on first use."""

from constructs import Construct

from .dsn import Dsn
from .layers.layers import Layers


class TemplateResources:
    """Shared by the functions of one template (a stack, or one of its nested stacks).

    Nothing here is referred to from another template, so stacks stay as independent as they were.

    Args:
        scope: where resources are declared in that template.
        layers: where layers come from.
    """

    def __init__(self, scope: Construct, layers: Layers) -> None:
        self._scope = scope
        self._layers = layers
        self._python_layer: object = None
        self._dsn_variables: dict[tuple[Dsn, str], dict[str, str]] = {}

    def python_layer(self) -> object:
        """What a function's `Layers` must hold for the Python layer."""
        if self._python_layer is None:
            self._python_layer = self._layers.python(self._scope)
        return self._python_layer

    def dsn_variables(self, dsn: Dsn, service: str) -> dict[str, str]:
        """The variables of a DSN, for functions of a service."""
        key = (dsn, service)
        if key not in self._dsn_variables:
            self._dsn_variables[key] = dsn.environment_variables(self._scope, service)
        return self._dsn_variables[key]
