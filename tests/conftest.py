"""What every test of this repository has in common."""

import os

# The validator built into aws-cdk-lib takes 5 s of each synth; cfn-lint checks the templates in tests/synth.
os.environ.setdefault("CDK_VALIDATION", "false")
os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20,22")
os.environ.setdefault("JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION", "20,22")
