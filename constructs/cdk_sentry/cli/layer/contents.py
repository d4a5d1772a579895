"""`layer list`: what is inside the layers."""

import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from email.parser import HeaderParser
from typing import Any

from rich.table import Column, Table

from ...layers.kinds import LayerKind
from ..command import Exit, Invocation
from .runtimes import built, chosen

_METADATA = ".dist-info/METADATA"
_BUNDLED = "/licenses/"  # the Node.js layer keeps there what names the packages inside its one file
_MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Package:
    """One package in a layer.

    Attributes:
        name: as its registry knows it.
        version: of it.
        license: as it says itself.
        bytes: unzipped; None where it is bundled with others.
    """

    name: str
    version: str
    license: str
    bytes: int | None


def show(invocation: Invocation) -> Exit:
    """`layer list`."""
    layers = {runtime: _described(kind) for runtime, kind in chosen(invocation.options.runtime).items()}
    invocation.output.result(layers)
    for layer in layers.values():
        table = Table("package", "version", "license", Column("unzipped", justify="right"))
        for package in layer["packages"]:
            size = "bundled" if package["bytes"] is None else _megabytes(package["bytes"])
            table.add_row(package["name"], package["version"], package["license"], size)
        invocation.output.say(f"{layer['description']}, for {', '.join(layer['runtimes'])}")
        invocation.output.say(table)
        sizes = f"{_megabytes(layer['zipped_bytes'])} zipped, {_megabytes(layer['unzipped_bytes'])} unzipped"
        invocation.output.say(f"{sizes}, {layer['files']} files, content {layer['content_hash']}\n")
    return Exit.FINE


def _described(kind: LayerKind) -> dict[str, Any]:
    layer = built(kind)
    with zipfile.ZipFile(layer.archive) as archive:
        sizes = {file.filename: file.file_size for file in archive.infolist()}
        packages = list(_packages(archive, sizes))
    others = sum(package.bytes or 0 for package in packages)
    kit = Package("cdk-sentry", kind.versions.kit, "Apache-2.0", sum(sizes.values()) - others)
    return {
        "description": kind.versions.description,
        "runtimes": sorted(kind.runtimes),
        "content_hash": layer.content_hash,
        "zipped_bytes": layer.archive.stat().st_size,
        "unzipped_bytes": sum(sizes.values()),
        "files": len(sizes),
        "packages": [asdict(package) for package in (kit, *packages)],
    }


def _packages(archive: zipfile.ZipFile, sizes: Mapping[str, int]) -> Iterator[Package]:
    for name in sorted(sizes):
        if name.endswith(_METADATA):
            metadata = HeaderParser().parsestr(archive.read(name).decode())
            license_name = metadata["License-Expression"] or metadata["License"]
            size = _size(name.rpartition("/")[0], sizes)
            yield Package(metadata["Name"], metadata["Version"], license_name, size)
        elif _BUNDLED in name and name.endswith("/package.json"):
            package = json.loads(archive.read(name))
            yield Package(package["name"], package["version"], package["license"], None)


def _size(dist_info: str, sizes: Mapping[str, int]) -> int:
    """Bytes of a package and of what is said about it, which lies beside it."""
    parent, _, name = dist_info.rpartition("/")
    folders = (f"{dist_info}/", f"{parent}/{name.partition('-')[0]}/")
    return sum(size for name, size in sizes.items() if name.startswith(folders))


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / _MEGABYTE:.2f} MB"
