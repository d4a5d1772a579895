"""The sample stack: the activity pipeline, watched."""

from typing import Any

from aws_cdk import CfnOutput, RemovalPolicy, Stack
from constructs import Construct

from cdk_sentry import SentryMonitoring
from cdk_sentry.pipeline import ActivityPipeline, StreamCapacity

# Stages that people depend on; everything else can be thrown away and made again.
_KEPT_STAGES = ("staging", "prod")


class ActivityStack(Stack):
    """The pipeline of one stage, with Sentry, alarms and a dashboard.

    Args:
        scope: the app.
        construct_id: name of the stack.
        stage: `staging` and `prod` keep their data when the stack goes, and grow by themselves; every other stage
            goes whole, and has one shard.
        kwargs: those of `aws_cdk.Stack`.
    """

    def __init__(self, scope: Construct, construct_id: str, *, stage: str, **kwargs: Any) -> None:
        super().__init__(scope, construct_id, **kwargs)
        kept = stage in _KEPT_STAGES
        self.pipeline = ActivityPipeline(
            self,
            "Activity",
            capacity=StreamCapacity.on_demand() if kept else StreamCapacity.provisioned(shards=1),
            removal_policy=RemovalPolicy.RETAIN if kept else RemovalPolicy.DESTROY,
        )
        self.monitoring = SentryMonitoring(self, "Sentry", service="activity-history", environment=stage)

        for name, value in {
            "ApiUrl": self.pipeline.api.url,
            "StreamName": self.pipeline.stream.stream_name,
            "TableName": self.pipeline.table.table_name,
            "QuarantineUrl": self.pipeline.quarantine.queue_url,
            "FailuresUrl": self.pipeline.failures.queue_url,
        }.items():
            CfnOutput(self, name, value=value)
