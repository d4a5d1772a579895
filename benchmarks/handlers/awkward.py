"""Fails in ways that are hard to report; the event's `fail` says which."""

import os
import threading
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


def _other_thread() -> None:
    thread = threading.Thread(target=_no_repr)
    thread.start()
    thread.join()
    raise ValueError("after the thread")


def _fork() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    raise ValueError("after the fork")


def _environment_replaced() -> None:
    os.environ = {}  # type: ignore[assignment]  # noqa: B003 - what some handlers do
    raise ValueError("without environment")


_FAULTS = {
    "2 MB message": _two_megabytes,
    "circular and huge local variables": _circular,
    "__repr__ raises": _no_repr,
    "RecursionError": _recursion,
    "MemoryError": _memory,
    "error in another thread": _other_thread,
    "fork in the handler": _fork,
    "handler replaced os.environ": _environment_replaced,
}
