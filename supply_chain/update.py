"""Updates everything that is pinned, tests the layers, and says what changed."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Column, Table

from cdk_sentry.layers.build import BuiltLayer
from supply_chain.cold_start import MODES, STARTS, added_init_cpu_ms
from supply_chain.components import Component, components, layers
from supply_chain.pins import ROOT, move_pins

_STARTS = 21
_WIDTH = 120
_SUITES = ("tests/runtime", "tests/runtime_nodejs", "tests/forwarder", "tests/unit/activity")


@dataclass(frozen=True)
class Snapshot:
    """The layers at one moment.

    Attributes:
        layers: by name.
        components: what they carry.
    """

    layers: dict[str, BuiltLayer]
    components: Sequence[Component]

    def versions(self, layer: str) -> dict[str, str]:
        """Package -> version of what one layer carries."""
        return {each.name: each.version for each in self.components if each.layer == layer}


def update() -> int:
    """Runs the whole of it, and prints a table of before and after.

    Returns:
        0 if the layers' tests passed, otherwise pytest's exit code. Nothing is committed either way.
    """
    before = _snapshot()
    move_pins()
    after = _snapshot()
    print("== measuring cold starts, before and after in turns", flush=True)
    Console(width=None if sys.stdout.isatty() else _WIDTH).print(comparison(before, after, _STARTS))
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup", *_SUITES]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def comparison(before: Snapshot, after: Snapshot, starts: int) -> Table:
    """What changed in each layer.

    Args:
        before: the layers before the update.
        after: the layers after it.
        starts: cold starts of each build that differs; see `added_init_cpu_ms`.
    """
    added = [f"init, {mode}, added CPU ms" for mode in MODES]
    names = Column("layer", min_width=max(map(len, after.layers)))
    table = Table(names, "packages", "zip, kB", "unpacked, kB", *added, title="Before -> after")
    for name, new in after.layers.items():
        old = before.layers[name]
        changed = old.content_hash != new.content_hash
        measured = added_init_cpu_ms(name, (old, new), starts) if changed and name in STARTS else {}
        table.add_row(
            name,
            _packages(before.versions(name), after.versions(name)) if changed else "unchanged",
            _change(old.archive.stat().st_size / 1e3, new.archive.stat().st_size / 1e3),
            _change(_unpacked_kb(old.directory), _unpacked_kb(new.directory)),
            *(_change(*measured[mode]) if measured else "" for mode in MODES),
        )
    return table


def _snapshot() -> Snapshot:
    return Snapshot(layers(), components())


def _packages(before: dict[str, str], after: dict[str, str]) -> str:
    names = sorted(name for name in before | after if before.get(name) != after.get(name))
    lines = [f"{name} {before.get(name, 'none')} -> {after.get(name, 'none')}" for name in names]
    return "\n".join(lines) or "the same packages, our own files differ"


def _change(before: float, after: float) -> str:
    return f"{before:.1f}" if before == after else f"{before:.1f} -> {after:.1f}"


def _unpacked_kb(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e3
