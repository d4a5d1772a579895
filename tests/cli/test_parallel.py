"""Several calls at once: in order, bounded, and in nobody's way."""

import threading

import pytest

from cdk_sentry.cli.aws import MAX_PARALLEL
from cdk_sentry.cli.parallel import in_parallel


def test_results_come_in_the_order_of_what_they_are_of() -> None:
    second = threading.Event()

    def act(number: int) -> int:
        if number == 0:
            assert second.wait(timeout=10)  # the first ends last
        if number == 1:
            second.set()
        return number * 10

    assert in_parallel(act, range(5)) == [0, 10, 20, 30, 40]


def test_nothing_to_do_is_no_result() -> None:
    assert in_parallel(lambda thing: thing, []) == []


def test_as_many_run_at_once_as_a_client_has_connections_and_no_more() -> None:
    lock, running, most = threading.Lock(), 0, 0
    together = threading.Barrier(MAX_PARALLEL)

    def act(_: int) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        together.wait(timeout=10)
        with lock:
            running -= 1

    in_parallel(act, range(3 * MAX_PARALLEL))
    assert most == MAX_PARALLEL


def test_the_first_error_is_raised_while_others_still_wait() -> None:
    never, begun = threading.Event(), []

    def act(number: int) -> None:
        begun.append(number)
        if number == 0:
            raise LookupError("the first")
        never.wait(timeout=60)

    with pytest.raises(LookupError, match="the first"):
        in_parallel(act, range(1000))
    never.set()
    assert len(begun) < 1000
