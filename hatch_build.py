"""Puts the built layers into the wheel, so that nobody who installs it needs pip, npm or a network at synth."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
sys.path.insert(0, str(ROOT / "constructs"))

from cdk_sentry.layers.build import ARCHIVE, CONTENT_HASH, build_python_layer, python_layer_sources  # noqa: E402
from cdk_sentry.layers.build_nodejs import build_nodejs_layer, nodejs_layer_sources  # noqa: E402


class LayersBuildHook(BuildHookInterface[Any]):
    """Builds every folder of lambda_src that describes a layer, and adds the archive with its hash."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it packs a wheel; an editable install builds on first use instead."""
        if version == "editable":
            return
        sources, cache = ROOT / "lambda_src", ROOT / "build" / "layers"
        built = [build_python_layer(source, cache) for source in python_layer_sources(sources)]
        built += [build_nodejs_layer(source, cache) for source in nodejs_layer_sources(sources)]
        for home in (layer.home for layer in built):
            for name in (ARCHIVE, CONTENT_HASH):
                build_data["force_include"][str(home / name)] = f"cdk_sentry/_layers/{home.name}/{name}"
