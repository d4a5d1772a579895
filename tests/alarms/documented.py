"""Which metrics each service documents, with the sets of dimensions that they come with."""

import json
from collections.abc import Iterable
from pathlib import Path

_DATA = json.loads(Path(__file__).with_name("documented_metrics.json").read_text())


def is_documented(namespace: str, metric_name: str, dimensions: Iterable[str]) -> bool:
    """Whether a service sends such a metric with exactly these dimensions."""
    sets = _DATA.get(namespace, {}).get("metrics", {}).get(metric_name, [])
    return sorted(dimensions) in sets
