"""The main path of each promise under AWS's own Runtime Interface Emulator and runtime client."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.harness.rie import RieAnswer, RuntimeInterfaceEmulator
from tests.harness.sink import Sink
from tests.runtime.lambda_function import configuration, last_exception

FULL = {"SENTRY_TRACES_SAMPLE_RATE": "1"}


@contextmanager
def deployed(
    handler: str, environment: dict[str, str] | None = None, timeout_s: int = 20
) -> Iterator[tuple[RuntimeInterfaceEmulator, Sink]]:
    """A function with the layer under RIE."""
    with Sink() as sink:
        config = configuration(handler, sink.dsn, environment, timeout_s=timeout_s)
        with RuntimeInterfaceEmulator(config) as rie:
            yield rie, sink


def error_type(answer: RieAnswer) -> str:
    """Of the error that RIE's caller got."""
    kind: str = answer.result["errorType"]
    return kind


@pytest.mark.parametrize("environment", [{}, FULL], ids=["lean", "full"])
def test_an_uncaught_error_arrives_and_the_caller_gets_the_functions_own(environment: dict[str, str]) -> None:
    with deployed("errors.handler", environment) as (rie, sink):
        assert rie.invoke({}).result == {"ok": True}
        answer = rie.invoke({"kind": "plain"})
        (event,) = sink.wait_for_events(1)
        assert len(sink.transactions) == 2 * len(environment)
    assert answer.result["stackTrace"][0].count("errors.py") == 1
    assert error_type(answer) == "OrderError"
    assert last_exception(event)["type"] == "OrderError"
    assert event["tags"]["service"] == "shop"


def test_logged_errors_arrive_with_their_breadcrumbs() -> None:
    with deployed("logs.handler") as (rie, sink):
        rie.invoke({"kinds": ["several", "exception"]})
        events = sink.wait_for_events(2)
    assert [event["logentry"]["message"] for event in events] == ["no price for %s", "bad quantity"]
    assert len(events[0]["breadcrumbs"]["values"]) == 2


@pytest.mark.parametrize(
    ("handler", "runtime_type", "reported_type"),
    [
        ("broken/imports.handler", "Runtime.ImportModuleError", "ModuleNotFoundError"),
        ("broken/empty.handler", "Runtime.HandlerNotFound", "AttributeError"),
        ("broken/attribute.handler", "AttributeError", "AttributeError"),
    ],
)
def test_an_error_of_init_arrives_once_and_the_caller_gets_the_runtimes_own(
    handler: str, runtime_type: str, reported_type: str, tmp_path: Path
) -> None:
    """RIE, as AWS, runs init again in the invocation."""
    with deployed(handler, {"TMPDIR": str(tmp_path)}) as (rie, sink):
        answer = rie.invoke({})
        rie.invoke({})
        events = sink.wait_for_events(1)
    assert error_type(answer) == runtime_type
    assert [last_exception(event)["type"] for event in events] == [reported_type]


def test_the_timeout_is_announced_before_the_process_is_killed() -> None:
    with deployed("waits.handler", timeout_s=2) as (rie, sink):
        rie.invoke({"seconds": 10})
        (event,) = sink.wait_for_events(1)
    assert last_exception(event)["type"] == "ServerlessTimeoutWarning"
    assert "timeout duration = 2 seconds" in last_exception(event)["value"]


def test_an_exit_of_the_handler_arrives() -> None:
    with deployed("errors.handler") as (rie, sink):
        rie.invoke({"kind": "exits"})
        (event,) = sink.wait_for_events(1)
    assert last_exception(event)["type"] == "SystemExit"


def test_explicit_captures_arrive_with_their_scope() -> None:
    with deployed("uses_sdk.handler") as (rie, sink):
        rie.invoke({"steps": ["tags", "message"]})
        (event,) = sink.wait_for_events(1)
    assert event["tags"]["basket"] == "b-1"


def test_chains_groups_and_locals_arrive() -> None:
    with deployed("errors.handler") as (rie, sink):
        for kind in ("chained", "group", "secrets"):
            rie.invoke({"kind": kind})
        chained, group, secrets = sink.wait_for_events(3)
    assert [value["type"] for value in chained["exception"]["values"]] == ["ValueError", "OrderError"]
    assert len(group["exception"]["values"]) == 3
    assert last_exception(secrets)["stacktrace"]["frames"][-1]["vars"]["password"] == "[Filtered]"


@pytest.mark.parametrize("handler", ["forms.handler", "pkg.forms.handler", "plaindir/forms.handler"])
def test_handlers_of_every_form_are_loaded_once(handler: str) -> None:
    with deployed(handler) as (rie, _sink):
        assert [rie.invoke({}).result["loads"] for _ in range(3)] == ["1"] * 3
