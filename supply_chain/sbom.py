"""The bill of materials that the wheel carries (PEP 770): the packages inside its layers, as CycloneDX."""

import json
import tomllib
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component as Entry
from cyclonedx.model.component import ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from supply_chain.components import Component

ROOT = Path(__file__).parents[1]
SBOM = Path(__file__).parent / "cdk-sentry.cdx.json"
_NAMESPACE = uuid.UUID("7b0d6c52-3b0f-5d2c-9c1f-0d5f6f1f7a10")


def sbom(components: Sequence[Component]) -> str:
    """The bill, byte by byte the same for the same packages: it names no time and no machine.

    Args:
        components: of all layers.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    bom = Bom()
    kit = _entry("cdk-sentry", project["version"], project["license"], "pypi")
    bom.metadata.component = kit
    bom.register_dependency(kit)
    for layer in sorted({component.layer for component in components}):
        _add_layer(bom, kit, layer, [component for component in components if component.layer == layer])
    return _reproducible(JsonV1Dot6(bom).output_as_string())


def _add_layer(bom: Bom, kit: Entry, layer: str, components: Sequence[Component]) -> None:
    content = Entry(type=ComponentType.APPLICATION, name=layer, bom_ref=f"layer/{layer}")
    held = {each.name: _entry(each.name, each.version, each.license, each.ecosystem, layer) for each in components}
    bom.components.update([content, *held.values()])
    bom.register_dependency(kit, [content])
    bom.register_dependency(content, held.values())
    for component in components:
        bom.register_dependency(held[component.name], [held[needed] for needed in component.requires])


def _entry(name: str, version: str, license_expression: str, ecosystem: str, layer: str = "") -> Entry:
    namespace, _, base = name.rpartition("/")
    purl = PackageURL(ecosystem, namespace or None, base, version)
    return Entry(
        group=namespace or None,
        name=base,
        version=version,
        # Two layers may hold the same package.
        bom_ref=f"layer/{layer}/{purl}" if layer else str(purl),
        licenses=[LicenseFactory().make_from_string(license_expression)],
        purl=purl,
    )


def _reproducible(text: str) -> str:
    document = cast("dict[str, Any]", json.loads(text))
    document["metadata"].pop("timestamp", None)
    document.pop("serialNumber", None)
    content = json.dumps(document, indent=2, sort_keys=True)
    document["serialNumber"] = f"urn:uuid:{uuid.uuid5(_NAMESPACE, content)}"
    return json.dumps(document, indent=2, sort_keys=True) + "\n"
