"""The Node.js layer's benchmarks, in the order of the page."""

import json

from benchmarks.node_layer import cold_start, delivery, layer_size, response_time
from benchmarks.node_layer.effort import FULL, QUICK
from benchmarks.report import Table
from tests.runtime_nodejs.node_runtime import PACKAGES

TITLE = "Node.js layer"
BENCHMARKS = {
    "cold_start": cold_start.run,
    "response_time": response_time.run,
    "delivery": delivery.run,
    "layer_size": layer_size.run,
}


def run(name: str, *, quick: bool) -> Table:
    """Runs one of BENCHMARKS; `quick` measures as little as shows that it works."""
    return BENCHMARKS[name](QUICK if quick else FULL)


def software() -> str:
    """What was measured."""
    pinned: dict[str, str] = {}
    for folder in ("tools", "client-v3", "client-v4"):
        described = json.loads((PACKAGES / folder / "package.json").read_text())
        names = {**described["dependencies"], **described.get("optionalDependencies", {})}
        pinned |= {f"{name} ({folder})" if name == "aws-lambda-ric" else name: names[name] for name in names}
    shown = [name for name in pinned if name.startswith(("aws-lambda-ric", "@sentry")) or name.endswith("-x64")]
    return ", ".join(f"{name.removesuffix('-x64')} {pinned[name].rpartition('@')[2]}" for name in shown)
