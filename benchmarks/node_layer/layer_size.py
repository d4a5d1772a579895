"""What the layer adds to a function's package."""

import zipfile

from benchmarks.node_layer.effort import Effort
from benchmarks.node_layer.variants import built_layer
from benchmarks.report import Goal, Row, Table

_MB = 1e6


def run(_effort: Effort) -> Table:
    """Sizes of the archive that is deployed."""
    archive = built_layer().archive
    with zipfile.ZipFile(archive) as opened:
        unpacked = sum(entry.file_size for entry in opened.infolist())
    zipped = archive.stat().st_size / _MB
    return Table(
        "Layer",
        "The archive that is deployed, MB.",
        ["ours"],
        [Row("zip", {"ours": zipped}, zipped, Goal(0.25)), Row("unpacked", {"ours": unpacked / _MB})],
    )
