"""A container image with the layer's content in it, as docs/runtimes.md has it, without a container."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from cdk_sentry.assets import LAMBDA_SRC, LAYER_CACHE
from cdk_sentry.layers.build import build_python_layer
from tests.harness.function_process import FUNCTIONS, FunctionConfig
from tests.harness.rie import RuntimeInterfaceEmulator
from tests.harness.sink import Sink

PAGE = Path(__file__).parents[2] / "docs" / "runtimes.md"
(DOCKERFILE,) = re.findall(r"^```dockerfile\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)


@pytest.fixture
def opt(tmp_path):
    """What the documented commands leave in /opt, given the layer's archive as a wheel carries it."""
    archive = build_python_layer(LAMBDA_SRC / "sentry_layer_python", LAYER_CACHE).archive
    (command,) = re.findall(r"python (-m zipfile -e) \S+/layer\.zip /opt", DOCKERFILE)
    subprocess.run([sys.executable, *shlex.split(command), archive, tmp_path / "opt"], check=True)
    return tmp_path / "opt"


def test_the_layers_content_in_an_image_reports_as_the_layer_does(opt) -> None:
    (command,) = re.findall(r'^CMD \["(.+)"\]$', DOCKERFILE, re.MULTILINE)
    with Sink() as sink:
        environment = {"SENTRY_DSN": sink.dsn, "SENTRY_INITIAL_HANDLER": "fails.handler", "_HANDLER": command}
        config = FunctionConfig(command, task_root=FUNCTIONS, layer=opt / "python", environment=environment)
        with RuntimeInterfaceEmulator(config) as rie:
            assert rie.invoke({"fail": "out of stock"}).result["errorType"] == "CheckoutError"
            (event,) = sink.wait_for_events(1)

    assert event["exception"]["values"][-1]["type"] == "CheckoutError"


def test_the_stage_takes_three_instructions() -> None:
    """A stage, what it does, and the copy out of it."""
    instructions = re.findall(r"^(FROM .* AS sentry|RUN|COPY --from=sentry)", DOCKERFILE, re.MULTILINE)

    assert len(instructions) == 3
