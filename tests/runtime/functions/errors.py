"""Raises in the way that the event's `kind` says."""

import json
import multiprocessing
import os
import signal
import sys
import threading
from typing import Any


class OrderError(Exception):
    pass


class UnshowableError(Exception):
    def __repr__(self) -> str:
        raise RuntimeError("no repr")

    def __str__(self) -> str:
        raise RuntimeError("no str")


class Unshowable:
    def __repr__(self) -> str:
        raise RuntimeError("no repr")


class Hostile:
    """Ends the thread that looks at it."""

    def __repr__(self) -> str:
        raise SystemExit(3)


class Blocking:
    """Holds whoever looks at it."""

    def __repr__(self) -> str:
        threading.Event().wait(30)
        return "late"


def plain() -> None:
    raise OrderError("out of stock")


def chained() -> None:
    try:
        int("many")
    except ValueError as error:
        raise OrderError("bad quantity") from error


def group() -> None:
    raise ExceptionGroup("two orders", [OrderError("first"), KeyError("second")])


def secrets() -> None:
    password = "hunter2-" + str(len("x"))  # noqa: F841  looked for in the event
    api_key = "key-" + str(1)  # noqa: F841
    quantity = 41 + 1  # noqa: F841
    raise OrderError("with locals")


def exits() -> None:
    sys.exit(3)


def interrupted() -> None:
    raise KeyboardInterrupt


def cancelled() -> None:
    raise BaseException("not an Exception")  # noqa: TRY002


def huge_message() -> None:
    raise OrderError("x" * 2_000_000)


def recursion() -> None:
    recursion()


def memory() -> None:
    bytearray(1 << 62)


def circular() -> None:
    order: dict[str, Any] = {"raw": b"\xff\x00", "lines": list(range(100_000))}
    order["self"] = order
    raise OrderError("circular")


def unshowable_local() -> None:
    thing = Unshowable()  # noqa: F841
    raise OrderError("unshowable")


def unshowable_error() -> None:
    raise UnshowableError


def hostile_local() -> None:
    thing = Hostile()  # noqa: F841
    raise OrderError("hostile")


def blocking_local() -> None:
    thing = Blocking()  # noqa: F841
    raise OrderError("blocking")


def in_thread() -> None:
    thread = threading.Thread(target=plain)
    thread.start()
    thread.join()


def forks() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    raise OrderError("after the fork")


def child_process() -> None:
    child = multiprocessing.get_context("fork").Process(target=int, args=("many",))
    child.start()
    child.join()
    raise OrderError("after the child")


def environment_replaced() -> None:
    os.environ = {}  # type: ignore[assignment]  # noqa: B003  some do
    raise OrderError("no environment")


def environment_cleared() -> None:
    os.environ.clear()
    raise OrderError("no environment")


def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def stdout_closed() -> None:
    sys.stderr = None
    raise OrderError("no stderr")


def handler(event: Any, _context: Any) -> Any:
    kind = event.get("kind")
    if kind == "unserialisable":
        return {"order": object()}
    if kind is not None:
        globals()[kind]()
    return {"ok": True}


def one_argument(event: Any) -> str:
    return json.dumps(event)


not_callable = 7
