"""What the tests of the Node.js layer share."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.harness.runtime_api import RuntimeApi
from tests.harness.sink import Sink
from tests.runtime_nodejs.function import Function
from tests.runtime_nodejs.node_runtime import NODEJS20, NODEJS22, NODEJS24, RUNTIMES, NodeConfig, NodeRuntime, our_layer


@pytest.fixture(params=RUNTIMES, ids=lambda runtime: runtime.name)
def runtime(request) -> NodeRuntime:
    """Each of AWS's runtimes."""
    return request.param


@pytest.fixture(params=(NODEJS20, NODEJS22), ids=lambda runtime: runtime.name)
def runtime_with_callbacks(request) -> NodeRuntime:
    """Those that take callback handlers: nodejs24.x refuses them."""
    return request.param


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as sink:
        yield sink


@pytest.fixture
def start(sink):
    """Starts functions: `start(handler, runtime=..., layered=True, VARIABLE=...)`."""
    with ExitStack() as stack:

        def started(handler, runtime=NODEJS24, *, layered=True, dsn=None, config=None, **variables) -> Function:
            environment = {"SENTRY_DSN": sink.dsn if dsn is None else dsn, **variables} if layered else variables
            api = stack.enter_context(RuntimeApi())
            described = NodeConfig(
                handler,
                runtime=runtime,
                layer=our_layer() if layered else None,
                environment={name: value for name, value in environment.items() if value is not None},
                **(config or {}),
            )
            return stack.enter_context(Function(api, described))

        yield started
