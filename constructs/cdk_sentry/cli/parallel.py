"""Several calls to AWS at once."""

import threading
from collections.abc import Callable, Iterable
from queue import Empty, SimpleQueue
from typing import TypeVar

from .aws import MAX_PARALLEL

Thing = TypeVar("Thing")
Result = TypeVar("Result")


def in_parallel(act: Callable[[Thing], Result], things: Iterable[Thing]) -> list[Result]:
    """Like `map`, as many at once as a client has connections.

    By threads that do not outlive the process: those of concurrent.futures would have whoever interrupts the command
    wait for each answer that is under way.

    Args:
        act: called with each thing.
        things: what to call it with.

    Returns:
        The results, in the order of the things.

    Raises:
        Exception: the first that `act` raised.
    """
    waiting: SimpleQueue[tuple[int, Thing]] = SimpleQueue()
    done: SimpleQueue[tuple[int, Result] | Exception] = SimpleQueue()
    given_up = threading.Event()
    for numbered in enumerate(things):
        waiting.put(numbered)
    total = waiting.qsize()

    def work() -> None:
        while not given_up.is_set():
            try:
                number, thing = waiting.get_nowait()
            except Empty:
                return
            try:
                done.put((number, act(thing)))
            except Exception as error:  # noqa: BLE001 - raised again by the thread that waits
                done.put(error)

    for _ in range(min(MAX_PARALLEL, total)):
        threading.Thread(target=work, daemon=True).start()
    results: dict[int, Result] = {}
    try:
        while len(results) < total:
            outcome = done.get()
            if isinstance(outcome, Exception):
                raise outcome
            number, result = outcome
            results[number] = result
    finally:
        given_up.set()
    return [results[number] for number in range(total)]
