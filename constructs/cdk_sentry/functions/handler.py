"""Puts the layer's bootstrap in front of the function's handler."""

from .function import Changes

PYTHON_BOOTSTRAP = "cdk_sentry_layer.bootstrap.handler"
INITIAL_HANDLER = "SENTRY_INITIAL_HANDLER"
# They call what the variable names. The second is that of Sentry's own layer, which reads the same variable.
_CALLS_THE_INITIAL_HANDLER = (PYTHON_BOOTSTRAP, "sentry_sdk.integrations.init_serverless_sdk.sentry_lambda_handler")


def redirect_handler(changes: Changes, bootstrap: str) -> None:
    """Makes Lambda call the bootstrap, which calls what the function's handler was.

    Args:
        changes: the function's pending changes; its handler must be known.
        bootstrap: the handler string of the layer's entry point.
    """
    changes.properties["Handler"] = bootstrap
    handler = changes.function.handler
    if handler in _CALLS_THE_INITIAL_HANDLER and INITIAL_HANDLER in changes.function.variables:
        return
    # What the variable says is left over from another layer: Lambda has not gone by it.
    changes.replace_variables((), {INITIAL_HANDLER: handler})
