"""Runtimes: those without a layer, those that AWS has given up, and those that somebody else instruments."""

from collections.abc import Iterator

from ...layers.kinds import NODEJS_RUNTIMES, PYTHON_RUNTIMES
from ..nodejs import preloads_sentry
from ..report import Finding
from ..runtimes import DEPRECATED_ON
from ..wrapper import replaces_runtime
from .check import Subject


def container_image(subject: Subject) -> Iterator[Finding]:
    """A container image takes no layers."""
    if subject.function.properties.get("PackageType") == "Image":
        yield Finding(
            "container-image",
            "warning",
            f"{subject.function.path}: a container image takes no layers, so it gets variables, alarms and the "
            "dashboard. For errors add the layer's content to the image (`COPY opt/ /opt/`, see docs/runtimes.md) and "
            "set its CMD to cdk_sentry_layer.bootstrap.handler with SENTRY_INITIAL_HANDLER naming its own.",
        )


def layer_for_runtime(subject: Subject) -> Iterator[Finding]:
    """What keeps a function from getting a layer."""
    function = subject.function
    runtime = function.runtime
    if function.properties.get("PackageType") == "Image" or subject.gets_layer:
        return
    if replaces_runtime(function):
        yield Finding(
            "web-adapter",
            "warning",
            f"{function.path}: its AWS_LAMBDA_EXEC_WRAPPER runs {function.handler} in place of Lambda's runtime, so it "
            "gets all but the layer. Initialise the SDK in the web server: it reads SENTRY_DSN.",
        )
    elif runtime is None:
        yield Finding(
            "runtime-unknown",
            "warning",
            f"{function.path}: its runtime is known at deployment only, or to SAM's Globals alone, so it "
            "gets all but the layer. Give the runtime of the function itself, as a literal.",
        )
    elif runtime in PYTHON_RUNTIMES:
        if function.handler is None:
            yield Finding(
                "handler-unknown",
                "warning",
                f"{function.path}: its handler is known at deployment only, so nothing can be put in front of it; it "
                "gets all but the layer. Give the handler as a literal.",
            )
    elif runtimes := _unsupported(runtime):
        yield Finding(
            "runtime-unsupported",
            "warning",
            f"{function.path}: the layer runs on {', '.join(sorted(runtimes))}, not on {runtime}, so it gets "
            "all but the layer. Move it to a runtime that AWS supports.",
        )
    elif runtime not in NODEJS_RUNTIMES:
        yield Finding(
            "no-layer",
            "warning",
            f"{function.path}: there is no layer for {runtime}, so it gets all but the layer. To have "
            "handled errors reported as well, initialise the SDK of its language: it reads SENTRY_DSN.",
        )


def _unsupported(runtime: str) -> frozenset[str] | None:
    """The runtimes that the layer of a runtime's language runs on, where the runtime itself is not one of them."""
    for language, runtimes in (("python", PYTHON_RUNTIMES), ("nodejs", NODEJS_RUNTIMES)):
        if runtime.startswith(language) and runtime not in runtimes:
            return runtimes
    return None


def deprecated_runtime(subject: Subject) -> Iterator[Finding]:
    """A runtime that gets no more security patches."""
    deprecated_on = DEPRECATED_ON.get(subject.function.runtime or "")
    if deprecated_on is not None:
        yield Finding(
            "runtime-deprecated",
            "warning",
            f"{subject.function.path}: AWS deprecates {subject.function.runtime} on {deprecated_on.isoformat()}: no "
            "more security patches from then on, and later no more updates of the function. Move to a newer runtime.",
        )


def other_instrumentation(subject: Subject) -> Iterator[Finding]:
    """A function that reports to Sentry already: a second layer would report everything twice."""
    handler = subject.function.handler or ""
    if handler.startswith(("sentry_sdk.", "cdk_sentry_layer.")):
        yield Finding(
            "instrumented-already",
            "warning",
            f"{subject.function.path}: its handler is {handler}, of a layer for Sentry; the kit leaves layer and "
            "handler as they are. Remove that layer and give the function its own handler to have the kit's.",
        )
    if preloads_sentry(subject.function):
        yield Finding(
            "instrumented-already",
            "warning",
            f"{subject.function.path}: its NODE_OPTIONS load Sentry's own SDK; the kit leaves layers and NODE_OPTIONS "
            "as they are. Remove it from them to have the kit's layer.",
        )
