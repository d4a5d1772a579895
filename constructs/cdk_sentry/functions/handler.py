"""Puts the layer's bootstrap in front of the function's handler."""

from .function import Changes

PYTHON_BOOTSTRAP = "cdk_sentry_layer.bootstrap.handler"


def redirect_handler(changes: Changes, bootstrap: str) -> None:
    """Makes Lambda call the bootstrap, which calls what the function's handler was.

    Args:
        changes: the function's pending changes; its handler must be known.
        bootstrap: the handler string of the layer's entry point.
    """
    changes.properties["Handler"] = bootstrap
    changes.set_variables({"SENTRY_INITIAL_HANDLER": changes.function.handler})
