"""The Sentry event of a fault."""

import datetime as dt
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cdk_sentry_forwarder import console
from cdk_sentry_forwarder.event_ids import id_of, id_shared_with_layer
from cdk_sentry_forwarder.functions import FaultyFunction
from cdk_sentry_forwarder.invocations import Invocation
from cdk_sentry_forwarder.kinds import Kind, Sighting
from cdk_sentry_forwarder.log_lines import Line

_MAX_BREADCRUMBS = 30
_MAX_BREADCRUMB = 1_000
_MAX_TAG_VALUE = 200
# The layer warns of a timeout, where its thread gets the processor; and reports an exit by `sys.exit`, no other.
_MAYBE_TOLD_BY_LAYER = (Kind.TIMEOUT, Kind.EXIT)
_LEVELS = {Kind.UNCAUGHT_ERROR: "error", Kind.INIT_TIMEOUT: "warning"}
_PLATFORMS = {
    "python": "python",
    "nodejs": "node",
    "java": "java",
    "dotnet": "csharp",
    "ruby": "ruby",
    "go": "go",
}
_CONTAINERS_PLATFORM = "other"


@dataclass(frozen=True)
class Fault:
    """One fault of one function.

    Attributes:
        function: whose.
        invocation: the lines of the invocation that it ended.
        sighting: what the line says that explains it best.
        log_group: where the lines are.
        log_stream: in the group.
    """

    function: FaultyFunction
    invocation: Invocation
    sighting: Sighting
    log_group: str
    log_stream: str

    @property
    def is_reported_in_process(self) -> bool:
        """Whether it has been reported from inside the function's process already."""
        if self.sighting.kind is Kind.UNCAUGHT_ERROR:
            return self.function.reports_errors
        # A layer that is not there, or cannot be loaded, reports nothing.
        is_import_error = self.sighting.kind is Kind.IMPORT_ERROR and "cdk_sentry_layer" not in self.sighting.value
        return self.function.has_layer and is_import_error

    @property
    def timestamp_ms(self) -> int:
        """When it was told of, since the epoch."""
        told = [line.timestamp_ms for line in self.invocation.lines if line.sighting is not None]
        return min(told, default=self.invocation.began_ms)

    @property
    def identity(self) -> str:
        """What tells it from others of its function and kind."""
        return self.invocation.request_id or f"{self.log_stream} {self.timestamp_ms}"

    @property
    def event_id(self) -> str:
        """The same however often the fault is told of, and the layer's own where that may have told of it first."""
        invocation, kind = self.invocation, self.sighting.kind
        if self.function.has_layer and kind in _MAYBE_TOLD_BY_LAYER:
            started_ms, timeout_s = invocation.started_ms, self.function.configuration.get("Timeout")
            if invocation.request_id and started_ms is not None and timeout_s is not None:
                deadline_s = started_ms / 1000 + timeout_s
                return id_shared_with_layer(invocation.request_id, kind, deadline_s)
        return id_of(self.log_group, self.log_stream, invocation.request_id, invocation.began_ms)

    def event(self) -> dict[str, Any]:
        """The event, complete with the vocabulary that events of every runtime carry."""
        function, sighting, figures = self.function, self.sighting, self.invocation.figures
        environment = function.environment
        stack_trace = {"stack_trace": sighting.stack_trace} if sighting.stack_trace else {}
        return {
            "event_id": self.event_id,
            "timestamp": _time(self.timestamp_ms),
            "platform": next(
                (each for prefix, each in _PLATFORMS.items() if function.runtime.startswith(prefix)),
                _CONTAINERS_PLATFORM,
            ),
            "level": _LEVELS.get(sighting.kind, "fatal"),
            "logger": "cdk-sentry.forwarder",
            "server_name": function.name,
            "environment": environment.get("SENTRY_ENVIRONMENT") or os.environ.get("SENTRY_ENVIRONMENT"),
            "release": environment.get("SENTRY_RELEASE") or os.environ.get("SENTRY_RELEASE"),
            "transaction": function.name,
            "fingerprint": list(self._fingerprint()),
            "exception": {"values": [self._exception()]},
            "breadcrumbs": {"values": list(self._breadcrumbs())},
            "tags": dict(self._tags()),
            "contexts": {"lambda": dict(self._context(figures))},
            "extra": {
                "cloudwatch logs": {
                    "url": console.log_events_link(
                        _region(), self.log_group, self.log_stream, self.invocation.began_ms
                    ),
                    "log_group": self.log_group,
                    "log_stream": self.log_stream,
                },
                **stack_trace,
            },
        }

    def _fingerprint(self) -> Iterator[str]:
        yield from ("cdk-sentry-fault", self.function.name or self.log_group, self.sighting.kind)
        if self.sighting.kind is Kind.UNCAUGHT_ERROR:
            yield self.sighting.error_type

    def _exception(self) -> dict[str, Any]:
        sighting = self.sighting
        value = sighting.value
        timeout_s = self.function.configuration.get("Timeout")
        if sighting.kind is Kind.TIMEOUT and not sighting.is_detailed and timeout_s is not None:
            value = f"Task timed out after {float(timeout_s):.2f} seconds"
        frames = {"stacktrace": {"frames": list(sighting.frames)}} if sighting.frames else {}
        return {
            "type": sighting.error_type,
            "value": value,
            "mechanism": {"type": "aws_lambda", "handled": False, "data": {"fault": sighting.kind}},
            **frames,
        }

    def _tags(self) -> Iterator[tuple[str, str]]:
        function, configuration = self.function, self.function.configuration
        memory_mb = configuration.get("MemorySize") or self.invocation.figures.get("memory_mb")
        known = {
            "service": os.environ.get("SENTRY_SERVICE"),
            **function.tags,
            "function_name": function.name,
            "function_version": self.invocation.version or function.version,
            "memory_mb": memory_mb and f"{memory_mb:g}",
            "runtime": function.runtime,
            "architecture": next(iter(configuration.get("Architectures") or ()), None),
            "aws_region": _region(),
            "cold_start": str(self.invocation.is_cold).lower(),
            "fault": str(self.sighting.kind),
        }
        for name, value in known.items():
            if value:
                yield name, str(value).replace("\n", " ")[:_MAX_TAG_VALUE]

    def _context(self, figures: Mapping[str, float]) -> Iterator[tuple[str, Any]]:
        known = {
            "function_name": self.function.name,
            "function_version": self.invocation.version or self.function.version,
            "invoked_function_arn": self.function.configuration.get("FunctionArn"),
            "aws_request_id": self.invocation.request_id,
            "cold_start": self.invocation.is_cold,
            "timeout_s": self.function.configuration.get("Timeout"),
            **figures,
        }
        return ((name, value) for name, value in known.items() if value is not None)

    def _breadcrumbs(self) -> Iterator[dict[str, Any]]:
        lines = [line for line in self.invocation.lines if not _is_bookkeeping(line)]
        for line in lines[-_MAX_BREADCRUMBS:]:
            yield {
                "type": "default",
                "category": "platform" if line.is_platform else "log",
                "level": "error" if line.sighting is not None else "info",
                "timestamp": _time(line.timestamp_ms),
                "message": line.text.rstrip()[:_MAX_BREADCRUMB],
            }


def _is_bookkeeping(line: Line) -> bool:
    return line.is_platform and line.sighting is None and not line.is_report


def _region() -> str:
    return os.environ.get("AWS_REGION", "")


def _time(timestamp_ms: int) -> str:
    return dt.datetime.fromtimestamp(timestamp_ms / 1000, dt.UTC).isoformat()
