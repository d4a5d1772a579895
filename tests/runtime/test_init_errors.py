"""Errors of the function's module: reported once, and the runtime reports what it would without the layer."""

import uuid
from pathlib import Path
from typing import Any

import pytest

from tests.harness.answer import Answer
from tests.runtime.lambda_function import FUNCTIONS, Function, last_exception


def an_environment(tmp_path: Path) -> dict[str, str]:
    """What tells one execution environment from another, as on AWS: its log stream, its /tmp."""
    return {"AWS_LAMBDA_LOG_STREAM_NAME": f"2026/11/21/[7]{uuid.uuid4().hex}", "TMPDIR": str(tmp_path)}


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """The broken modules, one of which no tool would leave alone as a Python file."""
    for module in (FUNCTIONS / "broken").iterdir():
        if module.is_file():
            (tmp_path / module.name.removesuffix(".txt")).write_bytes(module.read_bytes())
    return tmp_path


CASES = [
    ("imports.handler", "Runtime.ImportModuleError", "ModuleNotFoundError"),
    ("syntax.handler", "Runtime.UserCodeSyntaxError", "SyntaxError"),
    ("empty.no_such_handler", "Runtime.HandlerNotFound", "AttributeError"),
    ("no_such_module.handler", "Runtime.ImportModuleError", "ModuleNotFoundError"),
    ("sys.handler", "Runtime.BuiltInModuleConflict", "FaultException"),
    ("no_dot", "Runtime.MalformedHandlerName", "ValueError"),
    ("raises.handler", "JSONDecodeError", "JSONDecodeError"),
    ("attribute.handler", "AttributeError", "AttributeError"),
]


@pytest.mark.parametrize(("handler", "runtime_type", "reported_type"), CASES)
def test_an_error_in_init_is_reported_and_posted_as_without_the_layer(
    broken: Path, handler: str, runtime_type: str, reported_type: str
) -> None:
    posted = []
    output = []
    for bare in (True, False):
        with Function(handler, an_environment(broken), bare=bare, task_root=broken) as function:
            posted.append(function.api.wait_for_init_error())
            function.process.wait_for_exit()
            if not bare:
                (event,) = function.sink.wait_for_events(1)
            output.append([line for line in function.process.stdout().splitlines() if "Z\t\t" not in line])
    assert posted[0].body == posted[1].body
    assert posted[1].error["errorType"] == runtime_type
    assert output[0] == output[1]
    assert last_exception(event)["type"] == reported_type
    assert event["tags"]["cold_start"] == "true"
    assert event["tags"]["function_name"] == "checkout"


def test_an_exit_in_init_is_reported_and_exits_as_without_the_layer(broken: Path) -> None:
    codes = []
    for bare in (True, False):
        with Function("exits.handler", an_environment(broken), bare=bare, task_root=broken) as function:
            codes.append(function.process.wait_for_exit())
            if not bare:
                (event,) = function.sink.wait_for_events(1)
    assert codes == [5, 5]
    assert last_exception(event)["type"] == "SystemExit"


def test_an_init_that_aws_repeats_is_reported_once(broken: Path) -> None:
    """AWS runs a failed init again within the first invocation, in the same environment."""
    environment = an_environment(broken)
    dsn = None
    with Function("raises.handler", environment, task_root=broken) as first:
        first.process.wait_for_exit()
        first.sink.wait_for_events(1)
        dsn = first.sink.dsn
        with Function("raises.handler", environment, task_root=broken, dsn=dsn) as second:
            second.process.wait_for_exit()
        assert len(first.sink.events) == 1
        with Function("raises.handler", an_environment(broken), task_root=broken, dsn=dsn) as elsewhere:
            elsewhere.process.wait_for_exit()
            first.sink.wait_for_events(2)


def test_a_tmp_that_cannot_be_written_does_not_keep_an_error_of_init_back(broken: Path) -> None:
    environment = {**an_environment(broken), "TMPDIR": "/proc/no-such-folder"}
    with Function("raises.handler", environment, task_root=broken) as function:
        function.process.wait_for_exit()
        function.sink.wait_for_events(1)
        assert function.said() == []


def test_a_sentry_that_hangs_holds_an_error_of_init_no_longer_than_the_budget(broken: Path) -> None:
    environment = {**an_environment(broken), "SENTRY_FLUSH_TIMEOUT_MS": "300"}
    with Function("raises.handler", environment, task_root=broken, answer=Answer(hang=True)) as function:
        assert function.api.wait_for_init_error(timeout_s=5).error["errorType"] == "JSONDecodeError"
        assert function.process.wait_for_exit(5) == 1


def test_what_was_logged_in_init_is_reported_with_the_first_invocation(broken: Path) -> None:
    with Function("logs.handler", task_root=broken) as function:
        function.invoke({})
        (event,) = function.sink.wait_for_events(1)
    assert event["logentry"]["message"] == "no price list, using the old one"
    tags: dict[str, Any] = event["tags"]
    assert tags["cold_start"] == "true"
