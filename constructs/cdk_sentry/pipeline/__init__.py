"""The sample: an activity pipeline to deploy, to watch and to copy from."""

from cdk_sentry.pipeline.activity_pipeline import ActivityPipeline
from cdk_sentry.pipeline.capacity import StreamCapacity

__all__ = ["ActivityPipeline", "StreamCapacity"]
