"""Puts the built layers into the wheel, so that nobody who installs it needs pip or a network at synth."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
sys.path.insert(0, str(ROOT / "constructs"))

from cdk_sentry.layers.build import ARCHIVE, CONTENT_HASH, build_python_layer, python_layer_sources  # noqa: E402


class LayersBuildHook(BuildHookInterface[Any]):
    """Builds every folder of lambda_src that pins requirements, and adds the archive with its hash."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it packs a wheel; an editable install builds on first use instead."""
        if version == "editable":
            return
        for source in python_layer_sources(ROOT / "lambda_src"):
            home = build_python_layer(source, ROOT / "build" / "layers").home
            for name in (ARCHIVE, CONTENT_HASH):
                build_data["force_include"][str(home / name)] = f"cdk_sentry/_layers/{home.name}/{name}"
