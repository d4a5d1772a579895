"""How much code a function has with its layers, as far as it is an asset of this synth."""

import functools
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .function import Changes, MonitoredFunction


def unzipped_bytes(function: MonitoredFunction, changes: Changes) -> int:
    """The size of a function's code and of the layers that are in its template; what is elsewhere counts as nothing.

    Args:
        function: whose code.
        changes: with the layer that the kit adds.
    """
    folder = function.asset_folder
    if folder is None:
        return 0
    return sum(_asset_bytes(folder, key) for key in _keys(function, changes.properties.get("Layers", [])))


def _keys(function: MonitoredFunction, layers: list[Any]) -> Iterator[str]:
    yield from _key(function.properties.get("Code"))
    for layer in layers:
        logical_id = str(layer.get("Ref")) if isinstance(layer, Mapping) else ""
        yield from _key(function.template.get(logical_id, {}).get("Properties", {}).get("Content"))


def _key(code: object) -> Iterator[str]:
    key = code.get("S3Key") if isinstance(code, Mapping) else None
    if isinstance(key, str):
        yield key


@functools.cache
def _asset_bytes(folder: str, key: str) -> int:
    """The unzipped size of a staged asset, whose name CDK makes of the same hash as its key in S3."""
    digest = key.rpartition("/")[2].removesuffix(".zip")
    staged = [Path(folder, f"asset.{digest}"), Path(folder, f"asset.{digest}.zip")]
    if staged[0].is_dir():
        return sum(file.stat().st_size for file in staged[0].rglob("*") if file.is_file())
    if staged[1].is_file() and zipfile.is_zipfile(staged[1]):
        with zipfile.ZipFile(staged[1]) as archive:
            return sum(member.file_size for member in archive.infolist())
    return 0
