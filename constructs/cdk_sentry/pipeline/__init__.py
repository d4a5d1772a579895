"""The sample: an activity pipeline to deploy, to watch and to copy from."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .access import ApiAccess, ApiKeys
    from .activity_pipeline import ActivityPipeline
    from .capacity import StreamCapacity

__all__ = ["ActivityPipeline", "ApiAccess", "ApiKeys", "StreamCapacity"]

_HOME = {
    "ActivityPipeline": "activity_pipeline",
    "ApiAccess": "access",
    "ApiKeys": "access",
    "StreamCapacity": "capacity",
}


def __getattr__(name: str) -> Any:
    # Imported when first used, as in the package above: the command needs no aws_cdk, which takes seconds to load.
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)
