"""Which layer a function gets: the kit's own, or one that the user names."""

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass

from aws_cdk import AssetHashType
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from ..errors import Problems, is_known
from .kinds import NODEJS, PYTHON, LayerKind

_ARN = re.compile(r"^arn:[^:]+:lambda:.+:layer:[^:]+:[0-9]+$")


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
    version = lambda_.LayerVersion(
        scope,
        f"{versions.language}Layer{built.content_hash[:8]}",
        code=lambda_.Code.from_asset(
            str(built.archive), asset_hash=built.content_hash, asset_hash_type=AssetHashType.CUSTOM
        ),
        description=versions.description,
        license=kind.license_name,
    )
    resource = version.node.default_child
    return {"Ref": version.stack.get_logical_id(resource)}  # type: ignore[arg-type]


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
            if arn is None:
                continue
            if not isinstance(arn, str) or (is_known(arn) and not _ARN.search(arn)):
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
