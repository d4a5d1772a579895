"""Layers: whether one can be added, and whether all fit.

Limits: docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, "Layers" and "Deployment package size".
"""

from collections.abc import Iterator

from ..code_size import unzipped_bytes
from ..report import Finding
from .check import Subject

MAX_LAYERS = 5
MAX_UNZIPPED_BYTES = 250 * 1024 * 1024
_MIB = 1024 * 1024


def unknown_layers(subject: Subject) -> Iterator[Finding]:
    """A list that is chosen at deployment as a whole, so that nothing can be added to it."""
    if subject.function.layers is None:
        yield Finding(
            "layers-unknown",
            "warning",
            f"{subject.function.path}: its list of layers is an intrinsic function as a whole, so the kit's cannot be "
            "added; it gets all but the layer. Move the condition into the list's elements.",
        )


def layer_count(subject: Subject) -> Iterator[Finding]:
    """More layers than Lambda takes."""
    layers = subject.changes.properties.get("Layers", [])
    if len(layers) > MAX_LAYERS:
        yield Finding(
            "too-many-layers",
            "error",
            f"{subject.function.path}: {len(layers)} layers with the kit's own; Lambda takes {MAX_LAYERS}. "
            "Merge two of the function's layers, or leave it out with monitoring.exclude(function).",
        )


def unzipped_size(subject: Subject) -> Iterator[Finding]:
    """More code than Lambda takes, as far as it lies on this machine."""
    if not subject.gets_layer:
        return
    size_bytes = unzipped_bytes(subject.function, subject.changes)
    if size_bytes > MAX_UNZIPPED_BYTES:
        yield Finding(
            "too-much-code",
            "error",
            f"{subject.function.path}: its code and its own layers take at least {size_bytes / _MIB:.1f} MiB unzipped, "
            f"to which the kit's layer adds; Lambda takes {MAX_UNZIPPED_BYTES // _MIB} in all. Take out what it does "
            "not need, or make it a container image.",
        )
