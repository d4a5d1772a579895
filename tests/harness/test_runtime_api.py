"""Our Runtime API and the function's process behave as AWS's do, as far as a layer can tell."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from demo.waiting import wait_until
from tests.harness.baseline_layer import HANDLER, baseline_layer
from tests.harness.extensions_api import Service
from tests.harness.function_process import FUNCTIONS, FunctionConfig, FunctionProcess
from tests.harness.rie import RuntimeInterfaceEmulator
from tests.harness.runtime_api import NoAnswerError, RuntimeApi
from tests.harness.sink import Answer, Sink

CHECKOUT = Path(__file__).parents[2]


def write_handler(folder: Path, source: str) -> FunctionConfig:
    (folder / "mod.py").write_text(source)
    return FunctionConfig("mod.handler", task_root=folder)


def test_a_response_comes_back_as_it_was_posted() -> None:
    with RuntimeApi() as api, FunctionProcess(api.address, FunctionConfig("ok.handler")):
        invocation = api.invoke({"n": 1}, request_id="an-id")
        assert invocation.result == {"ok": True, "request_id": "an-id", "event": {"n": 1}}
        assert invocation.response_body == b'{"ok": true, "request_id": "an-id", "event": {"n": 1}}'


def test_an_error_comes_back_with_type_message_stack_and_xray_cause() -> None:
    with RuntimeApi() as api, FunctionProcess(api.address, FunctionConfig("fails.handler")):
        invocation = api.invoke({"fail": "out of stock"})
        assert invocation.error["errorType"] == "CheckoutError"
        assert invocation.error["errorMessage"] == "out of stock"
        assert len(invocation.error["stackTrace"]) == 1
        assert invocation.xray_cause is not None
        assert json.loads(invocation.xray_cause)["exceptions"][0]["type"] == "CheckoutError"
        with pytest.raises(ValueError, match="not a response but an error"):
            _ = invocation.result


def test_what_the_caller_waits_for_excludes_what_follows_the_answer(tmp_path: Path) -> None:
    config = write_handler(
        tmp_path,
        "import time\n"
        "from awslambdaric.lambda_runtime_client import LambdaRuntimeClient as client\n"
        "post = client.post_invocation_result\n"
        "def slow_post(*args, **kwargs):\n"
        "    post(*args, **kwargs)\n"
        "    time.sleep(0.2)\n"
        "client.post_invocation_result = slow_post\n"
        "def handler(event, context):\n"
        "    time.sleep(0.05)\n",
    )
    with RuntimeApi() as api, FunctionProcess(api.address, config):
        invocation = api.invoke()
        api.wait_for_next_poll(invocation)
        assert 50 <= invocation.waited_ms < 200
        assert invocation.after_answer_ms >= 200


def test_a_failed_init_is_posted_and_the_process_ends() -> None:
    with RuntimeApi() as api, FunctionProcess(api.address, FunctionConfig("import_error.handler")) as process:
        failure = api.wait_for_init_error()
        assert failure.error["errorType"] == "Runtime.ImportModuleError"
        assert failure.headers["lambda-runtime-function-error-type"] == "Runtime.ImportModuleError"
        assert process.wait_for_exit() == 1
        with pytest.raises(NoAnswerError, match="init failed"):
            api.wait_for_init()


def test_the_context_holds_what_the_event_was_sent_with(tmp_path: Path) -> None:
    config = write_handler(
        tmp_path,
        "import os\n"
        "def handler(event, context):\n"
        "    return [context.invoked_function_arn, context.client_context.custom, context.function_version,\n"
        "            context.memory_limit_in_mb, context.log_group_name, os.environ.get('_X_AMZN_TRACE_ID'),\n"
        "            context.get_remaining_time_in_millis()]\n",
    )
    arn = "arn:aws-cn:lambda:cn-north-1:123456789012:function:checkout"
    with RuntimeApi() as api, FunctionProcess(api.address, config):
        invocation = api.invoke(
            function_arn=arn, client_context={"custom": {"a": "b"}}, trace_id="Root=1-2-3", function_timeout_s=10
        )
        *known, remaining_ms = invocation.result
        assert known == [arn, {"a": "b"}, "$LATEST", "128", "/aws/lambda/checkout", "Root=1-2-3"]
        assert 5_000 < remaining_ms <= 10_000


def test_a_bare_function_sees_none_of_our_packages_and_awss_own_ones(tmp_path: Path) -> None:
    config = write_handler(
        tmp_path,
        "import importlib.util, sys\n"
        "def handler(event, context):\n"
        "    return [[bool(importlib.util.find_spec(name)) for name in event], sys.path]\n",
    )
    with RuntimeApi() as api, FunctionProcess(api.address, config):
        names = ["sentry_sdk", "pytest", "aws_cdk", "pip", "boto3", "awslambdaric", "snapshot_restore_py"]
        found, path = api.invoke(names).result
        assert found == [False, False, False, False, True, True, True]
        assert path[0] == os.fspath(tmp_path)
        assert all(not entry.startswith(sys.prefix + "/lib") for entry in path)


def test_the_functions_code_comes_before_the_layer_and_the_layer_before_the_runtime(tmp_path: Path) -> None:
    config = write_handler(tmp_path, "import sys\ndef handler(event, context):\n    return sys.path\n")
    layered = FunctionConfig(config.handler, task_root=tmp_path, layer=Path("/opt/python"))
    with RuntimeApi() as api, FunctionProcess(api.address, layered):
        path = api.invoke().result
        assert path[0] == os.fspath(tmp_path)
        assert path[1].startswith("/opt/python/lib/python3.")
        assert path[2] == "/opt/python"
        assert path[3].endswith("/var_runtime")


def test_no_run_leaves_bytecode_behind(tmp_path: Path) -> None:
    with RuntimeApi() as api, FunctionProcess(api.address, write_handler(tmp_path, "def handler(*_): pass\n")):
        api.invoke()
    assert [path.name for path in tmp_path.iterdir()] == ["mod.py"]


def test_a_killed_process_does_not_take_the_next_event_with_it() -> None:
    with RuntimeApi() as api:
        with FunctionProcess(api.address, FunctionConfig("ok.handler")) as process:
            api.wait_for_init()
            process.kill()
        with FunctionProcess(api.address, FunctionConfig("ok.handler")):
            assert api.invoke().result["ok"] is True


def test_a_function_that_never_answers_is_named() -> None:
    with RuntimeApi() as api, FunctionProcess(api.address, FunctionConfig("slow.handler")):
        api.wait_for_init()
        with pytest.raises(NoAnswerError, match="no answer to"):
            api.invoke({"seconds": 30}, timeout_s=0.05)


def test_output_and_usage_can_be_read_while_it_runs_and_output_after_its_end(tmp_path: Path) -> None:
    config = write_handler(
        tmp_path, "def handler(event, context):\n    for _ in range(10**6): pass\n    print('hello')\n"
    )
    with RuntimeApi() as api, FunctionProcess(api.address, config) as process:
        api.wait_for_init()
        before_ms = process.cpu_ms()
        api.invoke()
        assert process.cpu_ms() > before_ms
        assert process.rss_kib() > 5_000
        assert process.stdout() == "hello\n"
    assert process.stdout() == "hello\n"


def test_snapstart_waits_for_its_restore(tmp_path: Path) -> None:
    config = write_handler(
        tmp_path,
        "from snapshot_restore_py import register_after_restore\n"
        "state = []\n"
        "register_after_restore(lambda: state.append('restored'))\n"
        "def handler(event, context):\n"
        "    return state\n",
    )
    snap_start = FunctionConfig(
        config.handler, task_root=tmp_path, environment={"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}
    )
    with RuntimeApi() as api, FunctionProcess(api.address, snap_start):
        api.wait_for_restore_poll()
        assert api.poll_count == 0
        api.restore()
        assert api.invoke().result == ["restored"]


EXTENSION = """\
import http.client, json, os, threading

def call(method, path, body=None, headers={}):
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    connection.request(method, "/2020-01-01/extension/" + path, body, headers)
    response = connection.getresponse()
    return response.status, response.getheader("Lambda-Extension-Identifier"), response.read().decode()

def register(*events):
    return call("POST", "register", json.dumps({"events": events}), {"Lambda-Extension-Name": "watcher"})

def watch():
    while True:
        seen.append(call("GET", "event/next", headers={"Lambda-Extension-Identifier": identifier})[2])

seen = []
refused = register("INVOKE", "SHUTDOWN")[0]
status, identifier, _ = register("INVOKE")
threading.Thread(target=watch, daemon=True).start()

def handler(event, context):
    return [refused, status, register("INVOKE")[0], seen]
"""


def test_an_internal_extension_sees_each_invocation(tmp_path: Path) -> None:
    with RuntimeApi() as api, FunctionProcess(api.address, write_handler(tmp_path, EXTENSION)):
        first = api.invoke()
        assert first.result[:3] == [403, 200, 403]
        (extension,) = api.extensions.extensions.values()
        assert extension.name == "watcher"
        api.wait_for(lambda: len(extension.poll_ns) > 1, "the extension's second poll")
        seen = json.loads(api.invoke().result[3][0])
        assert seen["requestId"] == first.request_id
        assert seen["eventType"] == "INVOKE"


def test_a_refusing_extensions_api_registers_nobody(tmp_path: Path) -> None:
    with RuntimeApi() as api:
        api.extensions.service = Service.REFUSES
        with FunctionProcess(api.address, write_handler(tmp_path, EXTENSION)):
            assert api.invoke().result[:3] == [403, 403, 403]
        assert api.extensions.extensions == {}


@pytest.mark.parametrize("service", [Service.HANGS, Service.CUTS])
def test_an_extensions_api_may_hang_or_cut_its_callers(tmp_path: Path, service: Service) -> None:
    source = EXTENSION.replace('AWS_LAMBDA_RUNTIME_API"])', 'AWS_LAMBDA_RUNTIME_API"], timeout=0.2)')
    with RuntimeApi() as api:
        api.extensions.service = service
        with FunctionProcess(api.address, write_handler(tmp_path, source)):
            cause = api.wait_for_init_error().error["errorType"]
        assert cause == {Service.HANGS: "TimeoutError", Service.CUTS: "RemoteDisconnected"}[service]


def test_the_emulator_runs_the_same_function_and_enforces_its_timeout() -> None:
    config = FunctionConfig("slow.handler", timeout_s=1)
    with RuntimeInterfaceEmulator(config) as rie:
        assert rie.invoke({"seconds": 0}).result == {"ok": True}
        assert rie.function_cpu_ms() > 0
        assert rie.init_ms() > 1
        assert rie.function_rss_kib() > 5_000
        assert b"timed out after 1" in rie.invoke({"seconds": 10}).body
        assert "REPORT RequestId" in rie.logs()


def test_the_emulator_says_what_its_function_printed() -> None:
    with RuntimeInterfaceEmulator(FunctionConfig("fails.handler")) as rie:
        assert rie.invoke({"fail": "out of stock"}).result["errorType"] == "CheckoutError"
        assert "CheckoutError: out of stock" in rie.logs()


def test_the_emulator_ends_when_what_started_it_is_killed() -> None:
    program = """
import os, signal
from tests.harness.function_process import FunctionConfig
from tests.harness.rie import RuntimeInterfaceEmulator
with RuntimeInterfaceEmulator(FunctionConfig("slow.handler")) as rie:
    rie.invoke({"seconds": 0})
    print(rie.pid, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    starter = subprocess.run(
        [sys.executable, "-c", program], cwd=CHECKOUT, stdout=subprocess.PIPE, check=False, timeout=30
    )
    assert starter.returncode == -signal.SIGKILL
    emulator = Path("/proc") / starter.stdout.decode().strip()

    wait_until(lambda: not emulator.exists(), what="the emulator to end", timeout_s=5)


def test_the_baseline_costs_what_the_public_layer_is_known_to_cost() -> None:
    """A client report and a round trip on every success, and the event before the response."""
    with Sink(Answer(delay_ms=50)) as sink, RuntimeApi() as api:
        environment = {
            "SENTRY_DSN": sink.dsn,
            "SENTRY_TRACES_SAMPLE_RATE": "0",
            "SENTRY_INITIAL_HANDLER": "fails.handler",
        }
        config = FunctionConfig(HANDLER, FUNCTIONS, layer=baseline_layer(), environment=environment)
        with FunctionProcess(api.address, config):
            assert api.invoke(function_timeout_s=30).waited_ms > 50
            assert [item.type for item in sink.items] == ["client_report"]
            assert api.invoke({"fail": "out of stock"}, function_timeout_s=30).waited_ms > 50
            assert sink.events[0]["exception"]["values"][0]["type"] == "CheckoutError"
