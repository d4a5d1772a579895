"""The hosts that run a function: AWS's Runtime Interface Emulator, and one that knows no runtime client."""

import json
import os
import subprocess
from typing import Any, cast

import pytest

from tests.harness.rie import RuntimeInterfaceEmulator
from tests.harness.sink import Answer
from tests.runtime_nodejs.function import exception_of
from tests.runtime_nodejs.node_runtime import FUNCTIONS, NODEJS20, NODEJS22, NODEJS24, NodeConfig, our_layer

# As MiniStack's worker loads and calls a handler (ministack/core/lambda_runtime.py): by its path, required first and
# imported if that fails, without `_HANDLER` and without a runtime client.
_EMULATOR = """
const { pathToFileURL } = require("node:url");
const { resolve } = require("node:path");
const [moduleName, name] = process.argv[1].split(".");
(async () => {
  const found = require.resolve(resolve(process.env.LAMBDA_TASK_ROOT, moduleName));
  let loaded;
  try {
    loaded = require(found);
  } catch (error) {
    if (!["ERR_REQUIRE_ESM", "ERR_REQUIRE_ASYNC_MODULE"].includes(error.code)) throw error;
    loaded = await import(pathToFileURL(found).href);
  }
  const handler = loaded[name] ?? loaded.default?.[name] ?? loaded.default;
  const context = { awsRequestId: "1", functionName: "checkout", getRemainingTimeInMillis: () => 3000 };
  const settle = (error, answer) => {
    process.stdout.write(`\\n${JSON.stringify({ error: error?.message ?? null, answer })}`);
    process.exit(0);
  };
  try {
    const answer = handler(JSON.parse(process.argv[2]), context, settle);
    if (typeof answer?.then === "function") settle(null, await answer);
  } catch (error) {
    settle(error);
  }
})();
"""


@pytest.mark.parametrize("handler", ["fails.handler", "fails_esm.handler"])
def test_under_aws_s_runtime_interface_emulator(runtime, sink, handler):
    config = NodeConfig(
        handler, runtime=runtime, layer=our_layer(), environment={"SENTRY_DSN": sink.dsn}, in_image=True
    )
    with RuntimeInterfaceEmulator(cast("Any", config)) as emulator:
        assert emulator.invoke().result["ok"] is True
        assert sink.request_count == 0
        assert emulator.invoke({"fail": "x"}).result["errorMessage"] == "x"
        (event,) = sink.wait_for_events(1)
        assert exception_of(event)[1] == "x"
        assert event["tags"]["cold_start"] == "false"


@pytest.mark.parametrize("handler", ["fails.handler", "fails_esm.handler", "calls_back.handler"])
@pytest.mark.parametrize("runtime", [NODEJS20, NODEJS22, NODEJS24], ids=lambda runtime: runtime.name)
def test_an_emulator_without_a_runtime_client_reports_before_its_answer(runtime, sink, handler):
    """Nothing tells when the answer is out, so it waits for Sentry."""
    config = NodeConfig(
        handler,
        runtime=runtime,
        layer=our_layer(),
        environment={"SENTRY_DSN": sink.dsn, "SENTRY_INITIAL_HANDLER": handler},
    )
    environment = config.variables()
    del environment["_HANDLER"]
    for event, expected in (({}, None), ({"fail": "x"}, "x")):
        finished = subprocess.run(
            [os.fspath(runtime.executable), "-e", _EMULATOR, handler, json.dumps(event)],
            env=environment,
            cwd=FUNCTIONS,
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        )
        assert finished.returncode == 0, finished.stderr
        assert json.loads(finished.stdout.splitlines()[-1])["error"] == expected
    (reported,) = sink.events
    assert exception_of(reported)[1] == "x"


def test_a_client_that_polls_by_http_reports_before_its_answer(runtime, start, sink):
    """Its polls cannot be seen: AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1."""
    sink.answer = Answer(delay_ms=100)
    function = start("fails.handler", runtime, AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1="true")
    assert function.call().result == {"ok": True}
    assert function.call({"fail": "x"}).error["errorMessage"] == "x"
    (event,) = sink.events
    assert exception_of(event)[1] == "x"
