"""A wheel of this repository, installed where nothing else of it can be seen."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UV = Path(sys.executable).with_name("uv")

APP = """
import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
import constructs
from cdk_sentry import SentryMonitoring

app = cdk.App()
stack = cdk.Stack(app, "Shop")
lambda_.Function(
    stack,
    "Orders",
    runtime=lambda_.Runtime.PYTHON_3_13,
    handler="orders.handler",
    code=lambda_.Code.from_inline("def handler(event, context): return event"),
)
SentryMonitoring(stack, "Sentry", environment="production", release="shop@1")
app.synth()
print(constructs.__file__)
"""


def run(*command: str | Path, cwd: Path, **variables: str) -> str:
    """Runs a command that must succeed, with nothing of this checkout on its path, and returns what it printed."""
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    finished = subprocess.run(
        [os.fspath(part) for part in command],
        cwd=cwd,
        env=environment | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


@pytest.fixture(scope="session")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built once."""
    dist = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", dist, cwd=ROOT)
    (built,) = dist.glob("*.whl")
    return built


def project_with(wheel: Path, folder: Path, *requirements: str) -> Path:
    """An empty CDK project with a virtual environment of its own; returns the environment's interpreter."""
    (folder / "app.py").write_text(APP)
    run(UV, "venv", "--quiet", "--python", sys.executable, folder / ".venv", cwd=folder)
    python = folder / ".venv" / "bin" / "python"
    run(UV, "pip", "install", "--quiet", "--compile-bytecode", "--python", python, wheel, *requirements, cwd=folder)
    return python


@pytest.fixture(scope="session")
def project(wheel, tmp_path_factory) -> Path:
    """An unrelated CDK project into which the wheel is installed with nothing but its own requirements."""
    folder = tmp_path_factory.mktemp("project")
    project_with(wheel, folder)
    return folder
