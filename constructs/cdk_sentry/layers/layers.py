"""Which layer a function gets: the kit's own, or one that the user names."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from aws_cdk import AssetHashType, AssetStaging, FileAssetPackaging, Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from ..errors import Problems, is_known
from .build import BuiltLayer
from .kinds import NODEJS, PYTHON, LayerKind


class Layers(ABC):
    """Where the layers come from. Made by one of the static methods."""

    @staticmethod
    def built() -> "Layers":
        """The kit's own layers, deployed as part of each stack: the same version in every region and partition."""
        return _BuiltLayers()

    @staticmethod
    def arn(*, python: str | None = None, nodejs: str | None = None) -> "Layers":
        """The kit's layers as published by you, for instance once per organisation.

        Args:
            python: ARN of a layer version with the content of the kit's Python layer, in the stack's region; without
                it that layer is deployed as part of each stack.
            nodejs: the same for the Node.js layer.
        """
        return _PublishedLayers(python, nodejs)

    def check(self, problems: Problems) -> None:
        """Notes what is wrong with the arguments."""

    @abstractmethod
    def python(self, scope: Construct) -> object:
        """Returns what a function's `Layers` property must hold for the Python layer.

        Args:
            scope: where a layer version may be declared, once per template.
        """

    @abstractmethod
    def nodejs(self, scope: Construct) -> object:
        """Returns the same for the Node.js layer.

        Args:
            scope: as for `python`.
        """


@dataclass(frozen=True)
class _BuiltLayers(Layers):
    def python(self, scope: Construct) -> object:
        return _deployed(scope, PYTHON)

    def nodejs(self, scope: Construct) -> object:
        return _deployed(scope, NODEJS)


def _deployed(scope: Construct, kind: LayerKind) -> object:
    built, versions = kind.build(), kind.versions
    # The content's hash is part of the id because a layer version is immutable: new content is a new resource,
    # and a function's `currentVersion` changes with the layer that it runs.
    version = lambda_.CfnLayerVersion(
        scope,
        f"{versions.language}Layer{built.content_hash[:8]}",
        content=_asset(scope, f"{versions.language}LayerCode", built),
        description=versions.description,
        license_info=kind.license_name,
    )
    return {"Ref": Stack.of(scope).get_logical_id(version)}


def _asset(scope: Construct, construct_id: str, built: BuiltLayer) -> lambda_.CfnLayerVersion.ContentProperty:
    """The archive as an asset of the stack.

    Without an `Asset`, which has a bucket, for which CDK loads all that it knows of regions: a tenth of the CPU time
    of a small app's synth.
    """
    staged = AssetStaging(
        scope,
        construct_id,
        source_path=str(built.archive),
        asset_hash=built.content_hash,
        asset_hash_type=AssetHashType.CUSTOM,
    )
    stack = Stack.of(scope)
    location = stack.synthesizer.add_file_asset(
        file_name=staged.relative_staged_path(stack),
        packaging=FileAssetPackaging.FILE,
        source_hash=staged.asset_hash,
    )
    return lambda_.CfnLayerVersion.ContentProperty(s3_bucket=location.bucket_name, s3_key=location.object_key)


@dataclass(frozen=True)
class _PublishedLayers(_BuiltLayers):
    python_arn: str | None
    nodejs_arn: str | None

    def check(self, problems: Problems) -> None:
        arns = {"python": self.python_arn, "nodejs": self.nodejs_arn}
        if not any(arns.values()):
            problems.add(
                "layers",
                "Layers.arn()",
                "at least one of python=ARN and nodejs=ARN",
                "Leave `layers` out to have the kit's layers deployed with each stack.",
            )
        for name, arn in arns.items():
            if arn is not None and is_known(arn) and ":layer:" not in arn:
                problems.add(
                    "layers",
                    f"Layers.arn({name}={arn!r})",
                    "the ARN of a layer version: arn:aws:lambda:REGION:ACCOUNT:layer:NAME:VERSION",
                    "Copy it from the output of `cdk-sentry layer publish`.",
                )

    def python(self, scope: Construct) -> object:
        return self.python_arn or super().python(scope)

    def nodejs(self, scope: Construct) -> object:
        return self.nodejs_arn or super().nodejs(scope)
