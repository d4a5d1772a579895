"""A container image with the layer's content in it, as docs/runtimes.md has it, without a container."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest

from cdk_sentry.assets import LAMBDA_SRC, LAYER_CACHE
from cdk_sentry.layers.build import build_python_layer
from cdk_sentry.layers.build_nodejs import build_nodejs_layer
from tests.harness.function_process import FUNCTIONS, FunctionConfig
from tests.harness.rie import RuntimeInterfaceEmulator
from tests.harness.sink import Sink
from tests.runtime_nodejs.node_runtime import FUNCTIONS as NODEJS_FUNCTIONS
from tests.runtime_nodejs.node_runtime import NODEJS24, NodeConfig

PAGE = Path(__file__).parents[2] / "docs" / "runtimes.md"
PYTHON, NODEJS = re.findall(r"^```dockerfile\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)


def unpacked(dockerfile: str, archive: Path, opt: Path) -> Path:
    """What the documented commands leave in /opt, given the layer's archive as a wheel carries it."""
    (command,) = re.findall(r"python (-m zipfile -e) \S+/layer\.zip /opt", dockerfile)
    subprocess.run([sys.executable, *shlex.split(command), archive, opt], check=True)
    return opt


def test_the_python_layer_s_content_in_an_image_reports_as_the_layer_does(tmp_path) -> None:
    opt = unpacked(PYTHON, build_python_layer(LAMBDA_SRC / "sentry_layer_python", LAYER_CACHE).archive, tmp_path)
    (command,) = re.findall(r'^CMD \["(.+)"\]$', PYTHON, re.MULTILINE)
    with Sink() as sink:
        environment = {"SENTRY_DSN": sink.dsn, "SENTRY_INITIAL_HANDLER": "fails.handler", "_HANDLER": command}
        config = FunctionConfig(command, task_root=FUNCTIONS, layer=opt / "python", environment=environment)
        with RuntimeInterfaceEmulator(config) as rie:
            assert rie.invoke({"fail": "out of stock"}).result["errorType"] == "CheckoutError"
            (event,) = sink.wait_for_events(1)

    assert event["exception"]["values"][-1]["type"] == "CheckoutError"


def test_the_nodejs_layer_s_content_in_an_image_reports_as_the_layer_does(tmp_path) -> None:
    opt = unpacked(NODEJS, build_nodejs_layer(LAMBDA_SRC / "sentry_layer_nodejs", LAYER_CACHE).archive, tmp_path)
    (variables,) = re.findall(r"^ENV (.+)$", NODEJS, re.MULTILINE)
    in_image = dict(each.split("=", 1) for each in shlex.split(variables.replace("/opt", os.fspath(opt))))
    with Sink() as sink:
        config = NodeConfig(
            "fails.handler",
            runtime=NODEJS24,
            task_root=NODEJS_FUNCTIONS,
            environment={"SENTRY_DSN": sink.dsn, **in_image},
            in_image=True,
        )
        with RuntimeInterfaceEmulator(cast("Any", config)) as rie:
            assert rie.invoke({"fail": "out of stock"}).result["errorMessage"] == "out of stock"
            (event,) = sink.wait_for_events(1)

    assert event["exception"]["values"][-1]["value"] == "out of stock"


@pytest.mark.parametrize("dockerfile", [PYTHON, NODEJS], ids=["python", "nodejs"])
def test_the_stage_takes_three_instructions(dockerfile) -> None:
    """A stage, what it does, and the copy out of it."""
    instructions = re.findall(r"^(FROM .* AS sentry|RUN|COPY --from=sentry)", dockerfile, re.MULTILINE)

    assert len(instructions) == 3
