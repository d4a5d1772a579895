"""What is compared: the function bare, with Sentry's own SDK loaded by NODE_OPTIONS, and with ours."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cdk_sentry.assets import LAMBDA_SRC, LAYER_CACHE
from cdk_sentry.layers.build import BuiltLayer
from cdk_sentry.layers.build_nodejs import build_nodejs_layer
from tests.runtime_nodejs.node_runtime import NODEJS24, PRELOAD, NodeConfig, NodeRuntime, tools

HANDLERS = Path(__file__).parent / "handlers"

_SENTRY_PRELOAD = "-r @sentry/aws-serverless/awslambda-auto"
_CONFIGURED = {
    "SENTRY_ENVIRONMENT": "production",
    "SENTRY_RELEASE": "shop@1.2.3",
    "SENTRY_TAGS": '{"service":"checkout","team":"growth"}',
}


@dataclass(frozen=True)
class Variant:
    """One way to run a function.

    Attributes:
        name: column of the tables.
        preload: what NODE_OPTIONS load; None for the bare function.
        environment: variables that belong to the variant.
    """

    name: str
    preload: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict, hash=False)

    def config(
        self, dsn: str, environment: Mapping[str, str] | None = None, *, runtime: NodeRuntime = NODEJS24
    ) -> NodeConfig:
        """The trivial function run this way.

        Args:
            dsn: where events go.
            environment: further variables, which win over the variant's.
            runtime: that runs it.
        """
        variables: dict[str, str] = {}
        layer = None
        if self.preload is not None:
            layer = tools() if self.preload == _SENTRY_PRELOAD else our_layer() / "nodejs" / "node_modules"
            variables = {"NODE_OPTIONS": self.preload, "SENTRY_DSN": dsn, **self.environment}
        return NodeConfig(
            "trivial.handler",
            runtime=runtime,
            task_root=HANDLERS,
            layer=layer,
            environment={**variables, **(environment or {})},
            timeout_s=60,
        )


BARE = Variant("bare")
BASELINE = Variant("@sentry/aws-serverless", _SENTRY_PRELOAD, _CONFIGURED)
OURS = Variant("ours", PRELOAD, _CONFIGURED)
OURS_FULL = Variant("ours, full", PRELOAD, {**_CONFIGURED, "SENTRY_TRACES_SAMPLE_RATE": "1"})


@functools.cache
def built_layer() -> BuiltLayer:
    """Our layer as it is now; one run compares one build."""
    return build_nodejs_layer(LAMBDA_SRC / "sentry_layer_nodejs", LAYER_CACHE)


def our_layer() -> Path:
    """What AWS would show as /opt."""
    return built_layer().directory
