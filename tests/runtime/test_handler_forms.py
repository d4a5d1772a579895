"""Handlers in every form that AWS takes: loaded once, in init, as the runtime would."""

import os
from pathlib import Path

import pytest

from tests.runtime.lambda_function import FUNCTIONS, Function


@pytest.mark.parametrize(
    "handler",
    ["forms.handler", "pkg.forms.handler", "pkg/forms.handler", "plaindir/forms.handler", "plaindir.forms.handler"],
)
def test_a_handler_string_loads_the_same_module_once_as_without_the_layer(handler: str) -> None:
    results = []
    for bare in (True, False):
        with Function(handler, bare=bare) as function:
            results.append([function.invoke({}).result for _ in range(3)])
    assert results[0] == results[1]
    assert {result["loads"] for result in results[1]} == {"1"}
    assert {result["handler"] for result in results[1]} == {handler}


def test_a_folder_with_a_dot_is_refused_or_taken_as_without_the_layer() -> None:
    """`dir.sub/mod.handler` becomes the module dir.sub.mod; whether it is found is Python's business, not the kit's."""
    outcomes = []
    for bare in (True, False):
        with Function("dir.sub/forms.handler", bare=bare) as function:
            outcomes.append(function.api.wait_for_init_error().body)
    assert outcomes[0] == outcomes[1]


def test_a_nested_folder_loads_the_same_module_as_without_the_layer(tmp_path: Path) -> None:
    nested = tmp_path / "dir" / "sub"
    nested.mkdir(parents=True)
    (nested / "mod.py").write_text((FUNCTIONS / "forms.py").read_text())
    results = []
    for bare in (True, False):
        with Function("dir.sub/mod.handler", bare=bare, task_root=tmp_path) as function:
            results.append([function.invoke({}).result for _ in range(3)])
    assert results[0] == results[1]
    assert results[1][2]["loads"] == "1"


def test_the_module_is_loaded_in_init_not_in_the_first_invocation() -> None:
    with Function("broken/imports.handler") as function:
        function.api.wait_for_init_error()
        assert function.api.poll_count == 0


def test_without_the_initial_handler_the_error_says_what_to_set() -> None:
    with Function("forms.handler", {"SENTRY_INITIAL_HANDLER": ""}) as function:
        error = function.api.wait_for_init_error().error
    assert error["errorType"] == "RuntimeError"
    assert "SENTRY_INITIAL_HANDLER is ''" in error["errorMessage"]


def test_an_exec_wrapper_that_changes_the_handler_is_left_its_own(tmp_path: Path) -> None:
    """OpenTelemetry's wrapper puts its own handler into _HANDLER and loads ours from ORIG_HANDLER."""
    (tmp_path / "wrapper.py").write_text(
        "import importlib, os\n"
        "module, name = os.environ['ORIG_HANDLER'].rsplit('.', 1)\n"
        "inner = getattr(importlib.import_module(module), name)\n"
        "def handler(event, context):\n"
        "    return {'wrapped': inner(event, context)}\n"
    )
    (tmp_path / "forms.py").write_text((FUNCTIONS / "forms.py").read_text())
    environment = {"ORIG_HANDLER": "cdk_sentry_layer.bootstrap.handler", "_HANDLER": "wrapper.handler"}
    with Function("forms.handler", environment, task_root=tmp_path, entry="wrapper.handler") as function:
        result = function.invoke({}).result
    assert result["wrapped"]["handler"] == "wrapper.handler"
    assert os.environ.get("ORIG_HANDLER") is None
