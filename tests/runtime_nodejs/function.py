"""A Node.js function in its runtime, called as AWS calls it."""

import base64
from typing import Any, Self

from tests.harness.runtime_api import InitError, Invocation, RuntimeApi
from tests.runtime_nodejs.node_runtime import NodeConfig, NodeProcess


class Function:
    """One environment of a function. A context manager."""

    def __init__(self, api: RuntimeApi, config: NodeConfig) -> None:
        self.api = api
        self.process = NodeProcess(api.address, config)

    def __enter__(self) -> Self:
        self.process.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.process.__exit__()

    def call(self, event: Any = None, *, timeout_s: float = 15, **details: Any) -> Invocation:
        """One call, over when the environment would freeze."""
        invocation = self.api.invoke(event, timeout_s=timeout_s, **details)
        self.api.wait_for_next_poll(invocation, timeout_s)
        return invocation

    def last_call(self, event: Any = None, **details: Any) -> tuple[Invocation, int]:
        """A call in which the process ends; with its exit code."""
        invocation = self.api.enqueue(event, **details)
        return invocation, self.process.wait_for_exit(15)

    def failed_init(self) -> InitError:
        """What an init that fails posts, once the process has ended."""
        error = self.api.wait_for_init_error()
        self.process.wait_for_exit(15)
        return error

    def notices(self) -> list[str]:
        """What the kit said about itself."""
        return [line for line in self.process.stderr().splitlines() if line.startswith("cdk-sentry:")]


def posted(invocation: Invocation) -> tuple[bytes | None, bytes | None, bytes]:
    """What the runtime posted for an invocation: response, error, and the error that ends a stream."""
    trailer = base64.b64decode(invocation.answer_trailers.get("lambda-runtime-function-error-body", ""))
    return invocation.response_body, invocation.error_body, trailer


def exception_of(event: dict[str, Any]) -> tuple[str, str]:
    """Type and value of the error that an event is about."""
    exception = event["exception"]["values"][-1]
    return exception["type"], exception["value"]


def frames_of(event: dict[str, Any]) -> list[dict[str, Any]]:
    """Its stack trace, innermost last."""
    frames: list[dict[str, Any]] = event["exception"]["values"][-1]["stacktrace"]["frames"]
    return frames
