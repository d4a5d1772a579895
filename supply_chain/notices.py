"""The notices of third parties: what the licences of the packages in the layers ask to be passed on."""

from collections.abc import Sequence
from pathlib import Path

from supply_chain.components import Component

NOTICES = Path(__file__).parents[1] / "THIRD_PARTY_NOTICES.txt"

_HEAD = """THIRD-PARTY NOTICES

cdk-sentry itself is under the Apache License, Version 2.0 (see LICENSE). The Lambda layers that its wheel carries
hold, unchanged or bundled, the packages below. Written by `make sbom` from the packages' own metadata.
"""
_RULE = "=" * 100


def notices(components: Sequence[Component]) -> str:
    """The whole text: each package once, with the layers that carry it.

    Args:
        components: of all layers.
    """
    carried_by: dict[tuple[str, str, str], list[Component]] = {}
    for component in components:
        carried_by.setdefault((component.ecosystem, component.name, component.version), []).append(component)
    return "\n".join([_HEAD, *(_notice(same) for _, same in sorted(carried_by.items()))])


def _notice(same: Sequence[Component]) -> str:
    package = same[0]
    layers = ", ".join(component.layer for component in same)
    head = f"{package.name} {package.version} ({package.ecosystem}), {package.license}\nin {layers}"
    return "\n\n".join([f"{_RULE}\n{head}", *package.texts]) + "\n"
