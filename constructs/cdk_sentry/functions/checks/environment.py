"""Environment variables: whether they can be added, and whether they fit.

Limit: docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, "Environment variables".
"""

from collections.abc import Iterator

from ..report import Finding
from .check import Subject

MAX_BYTES = 4096


def unknown_environment(subject: Subject) -> Iterator[Finding]:
    """An environment that is chosen at deployment as a whole, so that nothing can be added to it."""
    if not subject.function.variables_are_known:
        yield Finding(
            "environment-unknown",
            "warning",
            f"{subject.function.path}: its environment variables are an intrinsic function as a whole, so none can be "
            "added; it gets alarms and the dashboard alone. Move the condition into the single values.",
        )


def environment_size(subject: Subject) -> Iterator[Finding]:
    """More than Lambda takes."""
    changes = subject.changes
    kept = {name: value for name, value in subject.function.variables.items() if name not in changes.removed}
    sizes = {name: len(name) + _length(value) for name, value in {**kept, **changes.variables}.items()}
    total = sum(sizes.values())
    if changes.variables and total > MAX_BYTES:
        ours = ", ".join(f"{name} {sizes[name]}" for name in changes.variables)
        largest = ", ".join(f"{name} {size}" for name, size in sorted(sizes.items(), key=lambda item: -item[1])[:5])
        yield Finding(
            "environment-too-large",
            "error",
            f"{subject.function.path}: its environment variables take at least {total} bytes of {MAX_BYTES} "
            f"(the kit's: {ours}; the largest of all: {largest}). Move large values to SSM or to a file, or give "
            "fewer tags.",
        )


def _length(value: object) -> int:
    # A reference is a placeholder whose length nobody knows yet: it counts as nothing, and the sum is "at least".
    return len(value.encode()) if isinstance(value, str) and "${Token[" not in value else 0
