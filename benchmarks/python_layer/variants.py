"""What is compared: the function bare, with a layer like Sentry's public one, and with ours."""

import functools
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cdk_sentry.assets import LAMBDA_SRC, LAYER_CACHE
from cdk_sentry.layers.build import BuiltLayer, build_python_layer
from tests.harness.baseline_layer import HANDLER as BASELINE_HANDLER
from tests.harness.baseline_layer import baseline_layer
from tests.harness.function_process import FunctionConfig
from tests.harness.runtime_files import CACHE, compile_tree, copy_distributions, made_once

HANDLERS = Path(__file__).parents[1] / "handlers"
OUR_HANDLER = "cdk_sentry_layer.bootstrap.handler"

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
        handler: the function's handler string; None keeps its own.
        environment: variables that belong to the variant.
    """

    name: str
    handler: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict, hash=False)

    def config(self, handler: str, dsn: str | None, environment: Mapping[str, str] | None = None) -> FunctionConfig:
        """The function `handler` run this way.

        Args:
            handler: of the function itself.
            dsn: where events go; None sets none.
            environment: further variables, which win over the variant's.
        """
        layer = {None: None, BASELINE_HANDLER: baseline_layer, OUR_HANDLER: our_layer_folder}[self.handler]
        variables: dict[str, str] = {}
        if self.handler is not None:
            variables = {"SENTRY_INITIAL_HANDLER": handler, **self.environment}
            if dsn is not None:
                variables["SENTRY_DSN"] = dsn
        return FunctionConfig(
            self.handler or handler,
            task_root=handlers(),
            layer=layer() if layer else None,
            environment={**variables, **(environment or {})},
            timeout_s=120,
        )


BARE = Variant("bare")
BASELINE = Variant("public layer", BASELINE_HANDLER, {**_CONFIGURED, "SENTRY_TRACES_SAMPLE_RATE": "0"})
OURS = Variant("ours", OUR_HANDLER, _CONFIGURED)
OURS_FULL = Variant("ours, full", OUR_HANDLER, {**_CONFIGURED, "SENTRY_TRACES_SAMPLE_RATE": "1"})


@functools.cache
def our_layer() -> BuiltLayer:
    """Our layer as it is now; one run compares one build."""
    return build_python_layer(LAMBDA_SRC / "sentry_layer_python", LAYER_CACHE)


def our_layer_folder() -> Path:
    """What AWS would show as /opt/python."""
    return our_layer().directory / "python"


@functools.cache
def handlers() -> Path:
    """The handlers with bytecode and Powertools beside them, as a function's own package is installed by pip."""
    sources = sorted(HANDLERS.glob("*.py"))
    identity = _hash_of([path.read_bytes() for path in sources])
    return made_once(CACHE / f"bench-handlers-{identity}", lambda home: _install_handlers(sources, home))


def _install_handlers(sources: list[Path], home: Path) -> None:
    for path in sources:
        (home / path.name).write_bytes(path.read_bytes())
    copy_distributions(("aws-lambda-powertools", "typing-extensions", "jmespath"), home)
    compile_tree(home)


def _hash_of(parts: list[bytes]) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:12]
