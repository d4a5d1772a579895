"""What is looked at when a function has its changes: limits, and what the kit could not do for it.

Every finding is listed in docs/findings.md.
"""

from ..report import Finding
from .check import Check, Subject
from .dsn import literal_dsn, unreadable_dsn
from .environment import environment_size, unknown_environment
from .layers import layer_count, unknown_layers, unzipped_size
from .notes import inline_code, response_streaming, snap_start
from .runtime import container_image, deprecated_runtime, layer_for_runtime, other_instrumentation

CHECKS: tuple[Check, ...] = (
    unknown_environment,
    environment_size,
    unknown_layers,
    layer_count,
    unzipped_size,
    container_image,
    layer_for_runtime,
    deprecated_runtime,
    other_instrumentation,
    literal_dsn,
    unreadable_dsn,
    inline_code,
    response_streaming,
    snap_start,
)


def check_function(subject: Subject) -> list[Finding]:
    """Runs every check on a function and returns all that they found.

    Args:
        subject: the function with its changes.
    """
    return [finding for check in CHECKS for finding in check(subject)]


__all__ = ["CHECKS", "Subject", "check_function"]
