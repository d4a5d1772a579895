"""Fails in ways that are hard to report; the event's `fail` says which."""

from typing import Any


class NoReprError(Exception):
    """Cannot be shown."""

    def __repr__(self) -> str:
        """Fails, as the worst of classes do."""
        raise RuntimeError("no repr for you")


def handler(event: dict[str, Any], _context: object) -> dict[str, bool]:
    """Answers, or raises what the event asks for."""
    if "fail" in event:
        _FAULTS[event["fail"]]()
    return {"ok": True}


def _two_megabytes() -> None:
    raise ValueError("x" * 2_000_000)


def _circular() -> None:
    order: dict[str, Any] = {"bytes": b"\xff\x00" * 1000, "items": list(range(100_000))}
    order["order"] = order
    raise ValueError(order["bytes"])


def _no_repr() -> None:
    culprit = NoReprError()
    raise culprit


def _recursion() -> None:
    _recursion()


def _memory() -> None:
    _ = bytearray(1 << 62)


_FAULTS = {
    "2 MB message": _two_megabytes,
    "circular and huge local variables": _circular,
    "__repr__ raises": _no_repr,
    "RecursionError": _recursion,
    "MemoryError": _memory,
}
