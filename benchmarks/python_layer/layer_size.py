"""What the layer adds to a function's package."""

import zipfile

from benchmarks.python_layer.effort import Effort
from benchmarks.python_layer.variants import our_layer
from benchmarks.report import Goal, Row, Table

_MB = 1e6


def run(_effort: Effort) -> Table:
    """Sizes of the archive that is deployed."""
    layer = our_layer()
    with zipfile.ZipFile(layer.archive) as archive:
        entries = archive.infolist()
    bytecode = sum(_bytes_of(entry) for entry in entries if entry.filename.endswith(".pyc"))
    unpacked = sum(entry.file_size for entry in entries)
    zipped = layer.archive.stat().st_size
    without = (zipped - bytecode) / _MB
    return Table(
        "Layer",
        "The archive that is deployed, MB; Sentry's public layer is 0.84 MB and has no bytecode.",
        ["ours"],
        [
            Row("zip without bytecode", {"ours": without}, without, Goal(0.9)),
            Row("zip", {"ours": zipped / _MB}),
            Row("unpacked", {"ours": unpacked / _MB}),
        ],
    )


def _bytes_of(entry: zipfile.ZipInfo) -> int:
    """What the archive would be smaller by: the data and the two headers that name it."""
    headers = zipfile.sizeFileHeader + zipfile.sizeCentralDir + 2 * len(entry.filename)  # type: ignore[attr-defined]
    return entry.compress_size + int(headers)
