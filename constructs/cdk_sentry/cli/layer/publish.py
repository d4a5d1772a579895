"""`layer publish`: layer versions that many stacks and accounts share."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ...layers.build import BuiltLayer
from ...layers.kinds import LayerKind
from ...layers.versions import LayerVersions
from ..command import Exit, Invocation
from ..errors import CommandError, code_of, explain
from ..parallel import in_parallel
from .runtimes import built, chosen

_ARCHITECTURES = ("x86_64", "arm64")
_HASH_LENGTH = 16  # of 64 hex digits; a description has room for 256 characters


@dataclass(frozen=True)
class Published:
    """A layer version, in one region.

    Attributes:
        region: of AWS.
        runtime: as --runtime names it.
        arn: of the layer version; None where it could not be published.
        is_new: whether this run published it.
        problem: what went wrong.
    """

    region: str
    runtime: str
    arn: str | None = None
    is_new: bool = False
    problem: str | None = None


@dataclass(frozen=True)
class _Layer:
    runtime: str
    name: str
    kind: LayerKind
    content: BuiltLayer


def publish(invocation: Invocation) -> Exit:
    """`layer publish`: each region by itself, so that one that fails leaves the others their ARNs."""
    options = invocation.options
    if options.name and not options.runtime:
        raise CommandError("--name names one layer: add --runtime, or leave it out")
    layers = [
        _Layer(runtime, options.name or f"cdk-sentry-{runtime}", kind, built(kind))
        for runtime, kind in chosen(options.runtime).items()
    ]
    regions = dict.fromkeys(options.to or [invocation.aws.client("lambda").meta.region_name])
    wanted = [(invocation.aws.client("lambda", region=region), region, layer) for region in regions for layer in layers]

    def one(client: Any, region: str, layer: _Layer) -> Published:
        return _guarded(region, layer, lambda: _publish(client, region, layer, options.organization))

    published = in_parallel(lambda each: one(*each), wanted)
    _report(invocation, published)
    return Exit.IMPOSSIBLE if any(each.problem for each in published) else Exit.FINE


def _guarded(region: str, layer: _Layer, act: Callable[[], Published]) -> Published:
    try:
        return act()
    except (BotoCoreError, ClientError) as error:
        return Published(region, layer.runtime, problem=explain(error))


def _publish(client: Any, region: str, layer: _Layer, organization: str | None) -> Published:
    content = layer.content.content_hash[:_HASH_LENGTH]
    version = _with_content(client, layer.name, content)
    is_new = version is None
    if version is None:
        version = client.publish_layer_version(
            LayerName=layer.name,
            Description=replace(layer.kind.versions, content=content).description,
            Content={"ZipFile": layer.content.archive.read_bytes()},
            CompatibleRuntimes=sorted(layer.kind.runtimes),
            CompatibleArchitectures=list(_ARCHITECTURES),
            LicenseInfo=layer.kind.license_name,
        )
    if organization:
        _permit(client, layer.name, version["Version"], organization)
    return Published(region, layer.runtime, version["LayerVersionArn"], is_new)


def _with_content(client: Any, name: str, content: str) -> dict[str, Any] | None:
    """The newest version of a layer that has this content, whoever published it from whatever machine."""
    for page in client.get_paginator("list_layer_versions").paginate(LayerName=name):
        for version in page["LayerVersions"]:
            said = LayerVersions.described(version.get("Description", ""))
            if said and said.content == content:
                return dict(version)
    return None


def _permit(client: Any, name: str, version: int, organization: str) -> None:
    try:
        client.add_layer_version_permission(
            LayerName=name,
            VersionNumber=version,
            StatementId=organization,
            Action="lambda:GetLayerVersion",
            Principal="*",
            OrganizationId=organization,
        )
    except ClientError as error:
        if code_of(error) != "ResourceConflictException":  # permitted already
            raise


def _report(invocation: Invocation, published: list[Published]) -> None:
    output = invocation.output
    output.result([asdict(each) for each in published])
    for region, group in groupby(published, lambda each: each.region):
        there = [each for each in group if each.arn]
        output.say(region)
        for each in there:
            output.say(f"  {each.runtime}: {each.arn} ({'published' if each.is_new else 'was there'})")
        if there:
            arns = ", ".join(f'{each.runtime}="{each.arn}"' for each in there)
            output.say(f"  layers=Layers.arn({arns})")
    for each in published:
        if each.problem:
            output.error(f"{each.region}, {each.runtime}: {each.problem}")
