"""Takes from the kit what it needs."""

import importlib
import logging
import os
import threading
from typing import Any


def no_threads() -> None:
    def start(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    threading.Thread.start = start  # type: ignore[method-assign, assignment]


def closed_descriptors() -> None:
    os.closerange(20, 200)


def forked_child_logs() -> None:
    logging.getLogger("shop").error("in the parent")
    child = os.fork()
    if child == 0:
        logging.getLogger("shop").error("in the child")
        os._exit(0)
    os.waitpid(child, 0)


def logs_after_the_response() -> None:
    def log() -> None:
        ANSWERED.wait(10)
        logging.getLogger("shop").error("late")
        LOGGED.set()

    threading.Thread(target=log, daemon=True).start()


def waits_for_late_log() -> None:
    ANSWERED.set()
    LOGGED.wait(10)


def post_fails() -> None:
    def post(*_: Any) -> None:
        raise RuntimeError("413: response too large")

    client = importlib.import_module("runtime_client")
    vars(client)["post_invocation_result"] = post


def fails() -> None:
    raise LookupError("after that")


ANSWERED = threading.Event()
LOGGED = threading.Event()

if os.environ.get("NO_THREADS_IN_INIT"):
    no_threads()


def handler(event: Any, _context: Any) -> Any:
    for step in event["steps"]:
        globals()[step]()
    return {"ok": True}
