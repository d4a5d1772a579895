"""What is looked at when a function has its changes: limits, and what the kit could not do for it.

Limits: docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html.
"""

from collections.abc import Callable, Iterator

from ..layers.layers import NODEJS_RUNTIMES, PYTHON_RUNTIMES
from ..settings import FunctionSettings
from .function import Changes, MonitoredFunction
from .nodejs import preloads_sentry
from .report import Finding
from .variables import DSN_VARIABLES

MAX_LAYERS = 5
MAX_ENVIRONMENT_BYTES = 4096

Check = Callable[[MonitoredFunction, Changes, FunctionSettings], Iterator[Finding]]


def check_function(function: MonitoredFunction, changes: Changes, settings: FunctionSettings) -> list[Finding]:
    """Runs every check on a function and returns all that they found.

    Args:
        function: as it was found.
        changes: what the kit changes.
        settings: what holds for it.
    """
    return [finding for check in CHECKS for finding in check(function, changes, settings)]


def _layers(function: MonitoredFunction, changes: Changes, _: FunctionSettings) -> Iterator[Finding]:
    layers = changes.properties.get("Layers", [])
    if len(layers) > MAX_LAYERS:
        yield Finding(
            "too-many-layers",
            "error",
            f"{function.path}: {len(layers)} layers with the kit's own; Lambda takes {MAX_LAYERS}. "
            "Merge two of the function's layers, or leave it out with monitoring.exclude(function).",
        )


def _environment_size(function: MonitoredFunction, changes: Changes, _: FunctionSettings) -> Iterator[Finding]:
    kept = {name: value for name, value in function.variables.items() if name not in changes.removed}
    sizes = {name: len(name) + _length(value) for name, value in {**kept, **changes.variables}.items()}
    total = sum(sizes.values())
    if total > MAX_ENVIRONMENT_BYTES:
        ours = ", ".join(f"{name} {sizes[name]}" for name in changes.variables)
        largest = ", ".join(f"{name} {size}" for name, size in sorted(sizes.items(), key=lambda item: -item[1])[:3])
        yield Finding(
            "environment-too-large",
            "error",
            f"{function.path}: its environment variables take at least {total} bytes of {MAX_ENVIRONMENT_BYTES} "
            f"(the kit's: {ours}; the largest of all: {largest}). Move large values to SSM or to a file, or give "
            "fewer tags.",
        )


def _layer_for_runtime(function: MonitoredFunction, _: Changes, __: FunctionSettings) -> Iterator[Finding]:
    kind = function.properties.get("packageType")
    if kind == "Image":
        yield Finding(
            "container-image",
            "warning",
            f"{function.path}: a container image takes no layers, so it gets variables, alarms and the dashboard. "
            "For errors add the layer's content to the image (`COPY opt/ /opt/`, see docs/guide.md) and set its CMD "
            "to cdk_sentry_layer.bootstrap.handler with SENTRY_INITIAL_HANDLER naming its own.",
        )
    elif function.runtime is None:
        yield Finding(
            "runtime-unknown",
            "warning",
            f"{function.path}: its runtime is known at deployment only, so it gets variables, alarms and the "
            "dashboard but no layer. Give the runtime as a literal.",
        )
    elif function.runtime in PYTHON_RUNTIMES and function.handler is None:
        yield Finding(
            "handler-unknown",
            "warning",
            f"{function.path}: its handler is known at deployment only, so nothing can be put in front of it; it "
            "gets variables, alarms and the dashboard. Give the handler as a literal.",
        )
    elif runtimes := _unsupported(function.runtime):
        yield Finding(
            "runtime-unsupported",
            "warning",
            f"{function.path}: the layer runs on {', '.join(sorted(runtimes))}, not on {function.runtime}, so "
            "it gets variables, alarms and the dashboard. Move it to a runtime that AWS supports.",
        )
    elif function.runtime not in PYTHON_RUNTIMES | NODEJS_RUNTIMES:
        yield Finding(
            "no-layer",
            "warning",
            f"{function.path}: there is no layer for {function.runtime}, so it gets variables, alarms and the "
            "dashboard. Initialise the SDK of its language: it reads SENTRY_DSN.",
        )


def _unsupported(runtime: str) -> frozenset[str] | None:
    """The runtimes that the layer of a runtime's language runs on, where the runtime itself is not one of them."""
    for language, runtimes in (("python", PYTHON_RUNTIMES), ("nodejs", NODEJS_RUNTIMES)):
        if runtime.startswith(language) and runtime not in runtimes:
            return runtimes
    return None


def _other_instrumentation(function: MonitoredFunction, _: Changes, __: FunctionSettings) -> Iterator[Finding]:
    handler = function.handler or ""
    if handler.startswith("sentry_sdk."):
        yield Finding(
            "instrumented-already",
            "warning",
            f"{function.path}: its handler is {handler}, Sentry's own layer; the kit leaves layer and handler as "
            "they are. Remove that layer and give the function its own handler to have the kit's.",
        )
    if preloads_sentry(function):
        yield Finding(
            "instrumented-already",
            "warning",
            f"{function.path}: its NODE_OPTIONS load Sentry's own SDK; the kit leaves layers and NODE_OPTIONS as they "
            "are. Remove it from them to have the kit's layer.",
        )


def _literal_dsn(function: MonitoredFunction, changes: Changes, settings: FunctionSettings) -> Iterator[Finding]:
    if settings.dsn.is_literal and any(name in changes.variables for name in DSN_VARIABLES):
        yield Finding(
            "literal-dsn",
            "warning",
            f"{function.path}: its DSN is written into the template, where everybody who may read the stack can "
            "read it. Store it in SSM and use Dsn.from_ssm.",
        )


def _snap_start(function: MonitoredFunction, changes: Changes, _: FunctionSettings) -> Iterator[Finding]:
    if function.properties.get("snapStart") and "Layers" in changes.properties:
        yield Finding(
            "snap-start",
            "info",
            f"{function.path}: SnapStart: what was connected to Sentry is connected anew after a restore, by "
            "snapshot_restore_py, which AWS's Python runtimes from 3.12 on carry.",
        )


CHECKS: tuple[Check, ...] = (
    _layers,
    _environment_size,
    _layer_for_runtime,
    _other_instrumentation,
    _literal_dsn,
    _snap_start,
)


def _length(value: object) -> int:
    # A reference is a placeholder whose length nobody knows yet: it counts as nothing, and the sum is "at least".
    return len(value.encode()) if isinstance(value, str) else 0
