"""Functions in a stack and in one nested in it, with an alias; with `monitored` the line too. Deployed by a test."""

import sys
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from cdk_sentry import Alarms, SentryMonitoring

STACK = "plain-local"
NESTED_STACK = "nested-local"
_CODE = Path(__file__).with_name("nested_functions")


def _function(scope: Construct, construct_id: str) -> lambda_.Function:
    return lambda_.Function(
        scope,
        construct_id,
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="doubles.handler",
        code=lambda_.Code.from_asset(str(_CODE), exclude=["__pycache__"]),
        environment={"TABLE": "orders"},
    )


def main(*, is_monitored: bool) -> None:
    """Synthesizes the app."""
    app = cdk.App()
    stack = cdk.Stack(app, STACK)
    for name in ("Orders", "Payments"):
        _function(stack, name)
    aliased = _function(stack, "Aliased")
    lambda_.Alias(aliased, "Live", alias_name="live", version=aliased.current_version)
    if is_monitored:
        # As 240 functions would have it, where the alarms of a stack no longer fit into it.
        SentryMonitoring(stack, "Sentry", environment="local", release="stack@1", alarms=Alarms(nested_stacks=True))
    # Monitored from the start: the local cloud cannot update a nested stack that has a role, with the kit or without.
    outer = cdk.Stack(app, NESTED_STACK)
    _function(cdk.NestedStack(outer, "Nested"), "Inner")
    SentryMonitoring(outer, "Sentry", environment="local", release="stack@1")
    app.synth()


if __name__ == "__main__":
    main(is_monitored="monitored" in sys.argv)
