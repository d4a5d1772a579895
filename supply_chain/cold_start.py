"""What builds of a layer add to a function's cold start, measured side by side."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.measure import interleaved, median_added
from benchmarks.node_layer.variants import HANDLERS as NODEJS_HANDLERS
from benchmarks.python_layer.variants import OUR_HANDLER, handlers
from cdk_sentry.layers.build import BuiltLayer
from tests.harness.function_process import FunctionConfig, FunctionProcess, ManagedProcess
from tests.harness.runtime_api import RuntimeApi
from tests.harness.sink import Sink
from tests.runtime_nodejs.node_runtime import NODEJS24, NodeConfig, NodeProcess

MODES: Mapping[str, Mapping[str, str]] = {"lean": {}, "full": {"SENTRY_TRACES_SAMPLE_RATE": "1"}}
"""What is measured: without tracing the SDK waits for something to report, with it the SDK is there from the start."""

_HANDLER = "trivial.handler"

Start = Callable[[str, BuiltLayer | None, Mapping[str, str]], ManagedProcess]
"""Starts a function's process: address of the Runtime API, layer, environment."""


def added_init_cpu_ms(layer: str, builds: Sequence[BuiltLayer], starts: int) -> dict[str, list[float]]:
    """The CPU time that each build adds to the init of a function that does nothing, in milliseconds.

    Args:
        layer: of STARTS.
        builds: of that layer.
        starts: how often each is started, in turns.

    Returns:
        For each mode the medians, in the order of the builds.
    """
    subjects: list[BuiltLayer | None] = [None, *dict.fromkeys(builds)]
    with Sink() as sink:

        def added(mode: Mapping[str, str]) -> list[float]:
            variables = {"SENTRY_DSN": sink.dsn, **mode}
            values = interleaved(subjects, starts, lambda build: _init_cpu_ms(layer, build, variables))
            return [median_added(values[build], values[None]) for build in builds]

        return {name: added(mode) for name, mode in MODES.items()}


def _init_cpu_ms(layer: str, build: BuiltLayer | None, environment: Mapping[str, str]) -> float:
    with RuntimeApi() as api, STARTS[layer](api.address, build, environment) as process:
        api.wait_for_init()
        return process.cpu_ms()


def _python(address: str, build: BuiltLayer | None, environment: Mapping[str, str]) -> ManagedProcess:
    config = FunctionConfig(
        OUR_HANDLER if build else _HANDLER,
        task_root=handlers(),
        layer=_folder(build, "python"),
        environment={"SENTRY_INITIAL_HANDLER": _HANDLER, **environment} if build else {},
    )
    return FunctionProcess(address, config)


def _nodejs(address: str, build: BuiltLayer | None, environment: Mapping[str, str]) -> ManagedProcess:
    config = NodeConfig(
        _HANDLER,
        runtime=NODEJS24,
        task_root=NODEJS_HANDLERS,
        layer=_folder(build, "nodejs/node_modules"),
        environment=environment if build else {},
    )
    return NodeProcess(address, config)


def _folder(build: BuiltLayer | None, below: str) -> Path | None:
    return build.directory / below if build else None


STARTS: Mapping[str, Start] = {"sentry_layer_python": _python, "sentry_layer_nodejs": _nodejs}
"""The layers that functions of users get, and how a function with one is started."""
