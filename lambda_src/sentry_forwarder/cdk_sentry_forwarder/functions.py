"""What is known of a function that a fault happened in: its configuration, asked of Lambda, kept for minutes."""

import functools
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cdk_sentry_forwarder import aws

_KEPT_S = 300
_GROUP_PREFIX = "/aws/lambda/"
_OFF = frozenset({"false", "0", "no", "off"})
_PYTHON_LAYER = "cdk_sentry_layer."
_NODE_LAYER = re.compile(r"cdk[-_]sentry")
# docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html: in a group of the user's own the
# stream's name begins with the function's.
_STREAM = re.compile(r"\d{4}/\d\d/\d\d/(?P<name>[\w-]*)\[(?P<version>[^\]]+)\]")


@dataclass(frozen=True)
class FaultyFunction:
    """A function, as Lambda describes it.

    Attributes:
        name: of the function; empty where neither log group nor stream tells.
        version: `$LATEST` or a number.
        configuration: as Lambda's GetFunctionConfiguration returns it; empty where it could not be had.
    """

    name: str
    version: str = "$LATEST"
    configuration: Mapping[str, Any] = field(default_factory=dict)

    @property
    def environment(self) -> Mapping[str, str]:
        """Its environment variables; empty where they are not to be read."""
        variables = (self.configuration.get("Environment") or {}).get("Variables")
        return variables if isinstance(variables, Mapping) else {}

    @property
    def runtime(self) -> str:
        """Lambda's runtime identifier; `container image` where there is none; empty where it is not known."""
        if self.configuration.get("PackageType") == "Image":
            return "container image"
        return str(self.configuration.get("Runtime") or "")

    @property
    def tags(self) -> dict[str, str]:
        """The kit's tags of the function's events, `service` among them."""
        try:
            tags = json.loads(self.environment.get("SENTRY_TAGS") or "{}")
        except (ValueError, RecursionError):
            return {}
        return {str(name): str(value) for name, value in tags.items()} if isinstance(tags, dict) else {}

    @property
    def has_layer(self) -> bool:
        """Whether errors that the process survives are reported from inside it."""
        handler, options = str(self.configuration.get("Handler") or ""), self.environment.get("NODE_OPTIONS", "")
        in_front = handler.startswith(_PYTHON_LAYER) or _NODE_LAYER.search(options + handler) is not None
        # An image says neither: it names its handler in itself.
        return in_front or (self.runtime == "container image" and "SENTRY_INITIAL_HANDLER" in self.environment)

    @property
    def reports_errors(self) -> bool:
        """Whether uncaught errors are reported from inside the process: by the layer, or by the function's own code."""
        own = self.environment.get("SENTRY_REPORTS_ERRORS", "").lower()
        return self.has_layer or (own != "" and own not in _OFF)


def name_and_version(log_group: str, log_stream: str) -> tuple[str, str]:
    """The function that writes to a log stream; an empty name where neither group nor stream tells."""
    found = _STREAM.match(log_stream)
    name = found["name"] if found else ""
    if not name and log_group.startswith(_GROUP_PREFIX):
        name = log_group.removeprefix(_GROUP_PREFIX)
    return name, found["version"] if found else "$LATEST"


def describe(log_group: str, log_stream: str, *, default_name: str = "") -> FaultyFunction:
    """Describes the function that writes to a log stream.

    Args:
        log_group: of the stream.
        log_stream: of one of the function's environments.
        default_name: for a group that is not named after its function.
    """
    name, version = name_and_version(log_group, log_stream)
    name = name or default_name
    if not name:
        return FaultyFunction(name, version)
    return FaultyFunction(name, version, _configuration(name, version, int(time.time() // _KEPT_S)))


@functools.lru_cache(maxsize=500)
def _configuration(name: str, version: str, _: int) -> Mapping[str, Any]:
    try:
        answer: Mapping[str, Any] = aws.client("lambda").get_function_configuration(
            FunctionName=name, Qualifier=version
        )
    except aws.Error as problem:
        # A fault is reported whatever Lambda says: the function may be gone by now.
        print(f"cdk-sentry: the configuration of {name} could not be read: {problem}")  # noqa: T201
        return {}
    return answer
