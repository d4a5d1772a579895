"""One construct puts Sentry, alarms and one dashboard on every AWS Lambda function of a CDK stack.

from cdk_sentry import SentryMonitoring

SentryMonitoring(stack, "Sentry")
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .alarms import Alarms
    from .dsn import Dsn
    from .environment import environment_from_branch
    from .errors import ConfigurationError
    from .faults import Faults
    from .layers.layers import Layers
    from .monitoring import SentryMonitoring
    from .notifications import Notify, Url
    from .pipeline import ActivityPipeline, ApiAccess, ApiKeys, StreamCapacity
    from .release import Release
    from .selection import Select
    from .settings import Reporting

__all__ = [
    "ActivityPipeline",
    "Alarms",
    "ApiAccess",
    "ApiKeys",
    "ConfigurationError",
    "Dsn",
    "Faults",
    "Layers",
    "Notify",
    "Release",
    "Reporting",
    "Select",
    "SentryMonitoring",
    "StreamCapacity",
    "Url",
    "environment_from_branch",
]

_HOME = {
    "ActivityPipeline": "pipeline",
    "Alarms": "alarms",
    "ApiAccess": "pipeline",
    "ApiKeys": "pipeline",
    "ConfigurationError": "errors",
    "Dsn": "dsn",
    "Faults": "faults",
    "Layers": "layers.layers",
    "Notify": "notifications",
    "Release": "release",
    "Reporting": "settings",
    "Select": "selection",
    "SentryMonitoring": "monitoring",
    "StreamCapacity": "pipeline",
    "Url": "notifications",
    "environment_from_branch": "environment",
}


def __getattr__(name: str) -> Any:
    # Public names are imported when first used: aws_cdk takes seconds to load, and what needs none of it (building
    # a layer, the command line) must not wait for it.
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
