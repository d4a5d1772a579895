"""Puts back what the user had overridden on a function's resource and one big override of ours has replaced."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..identity import identity
from ..rendering import rendered_resources
from .function import Changes

_GONE = object()


def restore_overrides(changes: Iterable[Changes]) -> None:
    """Compares each template with what it was, and sets right whatever differs and is not what was to be changed.

    Args:
        changes: all that have been applied.
    """
    by_stack: dict[str, list[Changes]] = {}
    for each in changes:
        if each.touched:
            by_stack.setdefault(identity(each.function.stack), []).append(each)
    for applied in by_stack.values():
        resources = rendered_resources(applied[0].function.stack)
        for each in applied:
            now = resources[each.function.logical_id].get("Properties", {})
            for path, value in _lost(each.function.properties, now, each.touched, ("Properties",)):
                dotted = ".".join(part.replace(".", "\\.") for part in path)
                if value is _GONE:
                    each.function.resource.add_deletion_override(dotted)
                else:
                    each.function.resource.add_override(dotted, value)


def _lost(
    before: Mapping[str, Any], now: Mapping[str, Any], written: Mapping[str, Any], path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key in sorted(before.keys() | now.keys()):
        was, is_, ours = before.get(key, _GONE), now.get(key, _GONE), written.get(key, _GONE)
        if was == is_ or (ours is not _GONE and not isinstance(ours, dict)):
            continue
        if isinstance(was, dict) and isinstance(is_, dict):
            yield from _lost(was, is_, ours if isinstance(ours, dict) else {}, (*path, key))
        elif was is not _GONE or ours is _GONE:
            yield (*path, key), was
