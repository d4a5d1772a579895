"""Has Node.js load the kit's layer before the runtime, by NODE_OPTIONS.

`-r` with a bare name is looked up along NODE_PATH, which holds the layers' packages; it works for CommonJS and for ES
module handlers (docs/adr/0050-nodejs-entry.md).
"""

from collections.abc import Mapping

from .function import Changes, MonitoredFunction
from .handler import INITIAL_HANDLER

PRELOAD = "-r cdk_sentry_layer"
LAYER_PACKAGES = "/opt/nodejs/node_modules"
_OPTIONS = "NODE_OPTIONS"
_PATH = "NODE_PATH"
_JOIN = "Fn::Join"
_SENTRY_PACKAGES = ("@sentry/aws-serverless", "@sentry/node", "@sentry/serverless")


def preload_layer(changes: Changes) -> None:
    """Appends the layer to what the function's NODE_OPTIONS say; its handler stays as it is.

    Args:
        changes: the function's pending changes.
    """
    own = changes.function.variables
    variables = {_OPTIONS: _appended(own.get(_OPTIONS), " ", PRELOAD)}
    if _PATH in own:
        # A NODE_PATH of the function's own takes the place of the runtime's, which holds the layers.
        variables[_PATH] = _appended(own[_PATH], ":", LAYER_PACKAGES)
    changes.replace_variables((), variables)
    for name, value in variables.items():
        # An override is merged into what is there: the old reference must go for the joined text to stand alone.
        if isinstance(value, dict):
            changes.removed += [f"{name}.{key}" for key, replaced in value.items() if replaced is None]
    if changes.function.handler is not None:
        # For hosts that do not say which handler is loaded, such as emulators.
        changes.replace_variables((), {INITIAL_HANDLER: changes.function.handler})


def preloads_sentry(function: MonitoredFunction) -> bool:
    """Whether NODE_OPTIONS load one of Sentry's own packages: then a second one would report everything twice."""
    options = function.variables.get(_OPTIONS)
    return isinstance(options, str) and any(package in options for package in _SENTRY_PACKAGES)


def _appended(own: object, separator: str, addition: str) -> object:
    if own is None or own == "":
        return addition
    if isinstance(own, Mapping):
        return {**dict.fromkeys(own), _JOIN: ["", [own, f"{separator}{addition}"]]}
    return own if addition in str(own) else f"{own}{separator}{addition}"
