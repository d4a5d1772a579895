"""The kit's layers, one for each language: what each is made of, and for which runtimes.

Nothing here imports aws_cdk: the command uses it too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..assets import LAMBDA_SRC, LAYER_CACHE
from .build import BuiltLayer, build_python_layer
from .build_nodejs import build_nodejs_layer
from .versions import LayerVersions, nodejs_layer_versions, python_layer_versions

PYTHON_RUNTIMES = frozenset({"python3.10", "python3.11", "python3.12", "python3.13", "python3.14"})
"""The runtimes that the Python layer's pinned packages support."""
NODEJS_RUNTIMES = frozenset({"nodejs20.x", "nodejs22.x", "nodejs24.x"})
"""The runtimes that the Node.js layer is tested on."""


@dataclass(frozen=True)
class LayerKind:
    """One of the kit's layers.

    Attributes:
        runtimes: that it supports.
        license_name: SPDX expression of what is in it.
    """

    runtimes: frozenset[str]
    license_name: str
    _source: str
    _build: Callable[[Path, Path], BuiltLayer]
    _versions: Callable[[Path], LayerVersions]

    def build(self) -> BuiltLayer:
        """Builds it, or finds it in the cache; a wheel carries it.

        Raises:
            LayerBuildError: what is pinned could not be had.
        """
        return self._build(LAMBDA_SRC / self._source, LAYER_CACHE)

    @property
    def versions(self) -> LayerVersions:
        """Which kit and which SDK it is of."""
        return self._versions(LAMBDA_SRC)


PYTHON = LayerKind(PYTHON_RUNTIMES, "Apache-2.0", "sentry_layer_python", build_python_layer, python_layer_versions)
NODEJS = LayerKind(
    NODEJS_RUNTIMES, "Apache-2.0 AND MIT", "sentry_layer_nodejs", build_nodejs_layer, nodejs_layer_versions
)
