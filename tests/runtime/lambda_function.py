"""A Lambda function with the layer, under awslambdaric and our Runtime API, reporting to a scripted Sentry.

with Function("fails.handler") as function:
    invocation = function.fail("out of stock")
    (event,) = function.sink.wait_for_events(1)
"""

import functools
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from cdk_sentry.assets import LAMBDA_SRC, LAYER_CACHE
from cdk_sentry.layers.build import build_python_layer
from tests.harness.answer import Answer
from tests.harness.function_process import FunctionConfig, FunctionProcess
from tests.harness.runtime_api import Invocation, RuntimeApi
from tests.harness.sink import Sink

FUNCTIONS = Path(__file__).parent / "functions"
ENTRY = "cdk_sentry_layer.bootstrap.handler"
TIMEOUT_S = 20
"""Of the functions here: far enough to be out of the way of tests that are not about it."""


@functools.cache
def layer() -> Path:
    """What AWS would show as /opt/python."""
    return build_python_layer(LAMBDA_SRC / "sentry_layer_python", LAYER_CACHE).directory / "python"


def configuration(
    handler: str,
    dsn: str | None,
    environment: Mapping[str, str] | None = None,
    *,
    task_root: Path = FUNCTIONS,
    timeout_s: int = TIMEOUT_S,
    memory_mb: int = 1769,
    entry: str = ENTRY,
) -> FunctionConfig:
    """A function as the construct deploys it.

    Args:
        handler: the function's own.
        dsn: None sets none.
        environment: further variables; they win.
        task_root: the function's code.
        timeout_s: of the function.
        memory_mb: of the function; not enforced, but the layer reckons with it.
        entry: the handler that the runtime is given.
    """
    variables = {
        "SENTRY_INITIAL_HANDLER": handler,
        "SENTRY_ENVIRONMENT": "production",
        "SENTRY_RELEASE": "shop@1.2.3",
        "SENTRY_TAGS": '{"service":"shop","team":"growth"}',
        **({} if dsn is None else {"SENTRY_DSN": dsn}),
        **(environment or {}),
    }
    return FunctionConfig(
        entry,
        task_root=task_root,
        layer=layer(),
        environment=variables,
        timeout_s=timeout_s,
        memory_mb=memory_mb,
        function_version="7",
    )


class Function:
    """One environment of one function. A context manager.

    Attributes:
        api: the Runtime API.
        sink: the Sentry.
        process: the function's process.
    """

    def __init__(
        self,
        handler: str,
        environment: Mapping[str, str] | None = None,
        *,
        sink: Sink | None = None,
        answer: Answer | None = None,
        dsn: str | None = "",
        python_flags: Sequence[str] = (),
        bare: bool = False,
        task_root: Path = FUNCTIONS,
        timeout_s: int = TIMEOUT_S,
        memory_mb: int = 1769,
        entry: str = ENTRY,
    ) -> None:
        """Starts once entered.

        Args:
            handler: the function's own.
            environment: its further variables.
            sink: another Sentry than a new one.
            answer: of the Sentry; default: all well.
            dsn: default: the Sentry's; None sets none.
            python_flags: for the interpreter.
            bare: without the layer.
            task_root: the function's code.
            timeout_s: its deadline.
            memory_mb: its setting.
            entry: the handler that the runtime is given.
        """
        self.sink = sink or Sink(answer or Answer())
        self.api = RuntimeApi()
        self._handler = handler
        self._environment = dict(environment or {})
        self._dsn = dsn
        self._flags = python_flags
        self._bare = bare
        self._task_root = task_root
        self._timeout_s = timeout_s
        self._memory_mb = memory_mb
        self._entry = entry
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(self.sink)
            stack.enter_context(self.api)
            dsn = self.sink.dsn if self._dsn == "" else self._dsn
            if self._bare:
                config = FunctionConfig(
                    self._handler, task_root=self._task_root, environment=self._environment, function_version="7"
                )
            else:
                config = configuration(
                    self._handler,
                    dsn,
                    self._environment,
                    task_root=self._task_root,
                    timeout_s=self._timeout_s,
                    memory_mb=self._memory_mb,
                    entry=self._entry,
                )
            self.process = stack.enter_context(FunctionProcess(self.api.address, config, self._flags))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def invoke(self, event: Any = None, **details: Any) -> Invocation:
        """Invokes and waits until the runtime asks for the next event: where AWS would freeze the environment."""
        details.setdefault("function_timeout_s", self._timeout_s)
        invocation = self.api.invoke(event, **details)
        self.api.wait_for_next_poll(invocation)
        return invocation

    def wait_until_said(self, timeout_s: float = 10) -> list[str]:
        """The lines that the kit wrote, once there is one; TimeoutError after `timeout_s`."""
        deadline_s = time.monotonic() + timeout_s
        while not (lines := self.said()):
            if time.monotonic() > deadline_s:
                raise TimeoutError(f"the kit said nothing within {timeout_s} s")
            time.sleep(0.01)
        return lines

    def said(self) -> list[str]:
        """The lines that the kit itself wrote."""
        output = self.process.stdout() + self.process.stderr()
        return [line for line in output.splitlines() if line.startswith("cdk-sentry:")]


def last_exception(event: Mapping[str, Any]) -> dict[str, Any]:
    """The outermost exception of an event: what ended the handler."""
    exception: dict[str, Any] = event["exception"]["values"][-1]
    return exception
