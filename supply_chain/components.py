"""What others wrote of what the wheel carries, read from the layers themselves."""

import email
import json
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from cdk_sentry.assets import LAMBDA_SRC, LAYER_CACHE
from cdk_sentry.layers.build import BuiltLayer, build_python_layer, python_layer_sources
from cdk_sentry.layers.build_nodejs import build_nodejs_layer, nodejs_layer_sources

_LICENSE_FILES = ("LICENSE*", "licenses/*", "AUTHORS*", "NOTICE*")


@dataclass(frozen=True)
class Component:
    """A package of a registry, as a layer carries it.

    Attributes:
        layer: folder of lambda_src that carries it.
        ecosystem: as package URLs name it: `pypi` or `npm`.
        name: as the registry spells it.
        version: of the package.
        license: SPDX expression.
        texts: what its authors ask to be passed on, file by file.
        requires: names of the packages that it needs.
    """

    layer: str
    ecosystem: str
    name: str
    version: str
    license: str
    texts: tuple[str, ...]
    requires: tuple[str, ...] = ()


def layers() -> dict[str, BuiltLayer]:
    """Every layer that the wheel carries, by its folder in lambda_src; built if it is not yet."""
    built = {source: build_python_layer(source, LAYER_CACHE) for source in python_layer_sources(LAMBDA_SRC)}
    built |= {source: build_nodejs_layer(source, LAYER_CACHE) for source in nodejs_layer_sources(LAMBDA_SRC)}
    return {source.name: layer for source, layer in sorted(built.items())}


def components() -> list[Component]:
    """Everything of others in all layers, layer by layer in the order of their names."""
    found: list[Component] = []
    for layer, built in layers().items():
        found += sorted(_components_of(layer, built.directory), key=lambda component: component.name)
    return found


def _components_of(layer: str, opt: Path) -> Iterator[Component]:
    for metadata in opt.rglob("*.dist-info/METADATA"):
        yield _python_package(layer, metadata)
    for description in opt.rglob("licenses/**/package.json"):
        yield _npm_package(layer, description)


def _python_package(layer: str, metadata: Path) -> Component:
    fields = email.message_from_string(metadata.read_text())
    return Component(
        layer,
        "pypi",
        canonicalize_name(fields["Name"]),
        fields["Version"],
        fields["License-Expression"] or fields["License"],
        _texts(metadata.parent),
        tuple(sorted(_needed(fields))),
    )


def _needed(fields: Message) -> Iterator[str]:
    for line in fields.get_all("Requires-Dist", ()):
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield canonicalize_name(requirement.name)


def _npm_package(layer: str, description: Path) -> Component:
    package = json.loads(description.read_text())
    return Component(layer, "npm", package["name"], package["version"], package["license"], _texts(description.parent))


def _texts(folder: Path) -> tuple[str, ...]:
    files = sorted({path for pattern in _LICENSE_FILES for path in folder.glob(pattern) if path.is_file()})
    return tuple(path.read_text().strip() for path in files)
