"""The sample: an activity pipeline to deploy, to watch and to copy from."""

from .activity_pipeline import ActivityPipeline
from .capacity import StreamCapacity

__all__ = ["ActivityPipeline", "StreamCapacity"]
