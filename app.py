"""The CDK app: context -> stacks; nothing else."""

import aws_cdk as cdk

from stacks.activity_stack import ActivityStack

app = cdk.App()
stage = app.node.try_get_context("stage") or "dev"
ActivityStack(app, f"activity-history-{stage}", stage=stage)
app.synth()
