"""Which layer a function gets: the kit's own, or one that the user names."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from aws_cdk import AssetHashType
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from ..assets import LAMBDA_SRC, LAYER_CACHE
from ..errors import Problems, is_known
from .build import build_python_layer

PYTHON_SOURCE = "sentry_layer_python"
PYTHON_RUNTIMES = frozenset({"python3.10", "python3.11", "python3.12", "python3.13", "python3.14"})
"""The runtimes that the Python layer's pinned packages support."""


class Layers(ABC):
    """Where the layers come from. Made by one of the static methods."""

    @staticmethod
    def built() -> "Layers":
        """The kit's own layers, deployed as part of each stack: the same version in every region and partition."""
        return _BuiltLayers()

    @staticmethod
    def arn(*, python: str) -> "Layers":
        """The kit's layers as published by you, for instance once per organisation.

        Args:
            python: ARN of a layer version with the content of the kit's Python layer, in the stack's region.
        """
        return _PublishedLayers(python)

    def check(self, problems: Problems) -> None:
        """Notes what is wrong with the arguments."""

    @abstractmethod
    def python(self, scope: Construct) -> object:
        """Returns what a function's `Layers` property must hold for the Python layer.

        Args:
            scope: where a layer version may be declared, once per template.
        """


@dataclass(frozen=True)
class _BuiltLayers(Layers):
    def python(self, scope: Construct) -> object:
        built = build_python_layer(LAMBDA_SRC / PYTHON_SOURCE, LAYER_CACHE)
        # The content's hash is part of the id because a layer version is immutable: new content is a new resource,
        # and a function's `currentVersion` changes with the layer that it runs.
        version = lambda_.LayerVersion(
            scope,
            f"PythonLayer{built.content_hash[:8]}",
            code=lambda_.Code.from_asset(
                str(built.archive), asset_hash=built.content_hash, asset_hash_type=AssetHashType.CUSTOM
            ),
            description="cdk-sentry for Python",
            license="Apache-2.0",
        )
        resource = version.node.default_child
        return {"Ref": version.stack.get_logical_id(resource)}  # type: ignore[arg-type]


@dataclass(frozen=True)
class _PublishedLayers(Layers):
    python_arn: str

    def check(self, problems: Problems) -> None:
        if is_known(self.python_arn) and ":layer:" not in self.python_arn:
            problems.add(
                "layers",
                f"Layers.arn(python={self.python_arn!r})",
                "the ARN of a layer version: arn:aws:lambda:REGION:ACCOUNT:layer:NAME:VERSION",
                "Copy LayerVersionArn from the output of `aws lambda publish-layer-version`.",
            )

    def python(self, scope: Construct) -> object:  # noqa: ARG002  (interface)
        return self.python_arn
