"""A wheel of this repository, installed where nothing else of it can be seen."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = Path(sys.executable).parent
UV = TOOLS / "uv"

# Of a runtime that the oldest release of aws-cdk-lib knows, too.
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
    runtime=lambda_.Runtime.PYTHON_3_12,
    handler="orders.handler",
    code=lambda_.Code.from_inline("def handler(event, context): return event"),
)
SentryMonitoring(stack, "Sentry", environment="production", release="shop@1")
app.synth()
print(constructs.__file__)
"""


def run(*command: str | Path, cwd: Path, umask: int = -1, **variables: str) -> str:
    """Runs a command that must succeed, with nothing of this checkout on its path, and returns what it printed."""
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    finished = subprocess.run(
        [os.fspath(part) for part in command],
        cwd=cwd,
        env=environment | variables,
        umask=umask,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


def build(source: Path, dist: Path, umask: int = -1, **variables: str) -> tuple[Path, Path]:
    """Packs a source tree; returns the wheel and the source distribution."""
    run(sys.executable, "-m", "hatchling", "build", "-d", dist, cwd=source, umask=umask, **variables)
    (wheel,), (sdist,) = dist.glob("*.whl"), dist.glob("*.tar.gz")
    return wheel, sdist


@pytest.fixture(scope="session")
def distributions(tmp_path_factory) -> tuple[Path, Path]:
    """The wheel and the source distribution of this checkout, built once."""
    return build(ROOT, tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session")
def wheel(distributions) -> Path:
    """The wheel, built once."""
    return distributions[0]


def project_with(wheel: Path, folder: Path, *requirements: str, interpreter: str = sys.executable) -> Path:
    """An empty CDK project with a virtual environment of its own; returns the environment's interpreter."""
    (folder / "app.py").write_text(APP)
    run(UV, "venv", "--quiet", "--python", interpreter, folder / ".venv", cwd=folder)
    python = folder / ".venv" / "bin" / "python"
    run(UV, "pip", "install", "--quiet", "--python", python, wheel, *requirements, cwd=folder)
    return python


def synthesized(project: Path) -> tuple[Path, str]:
    """Synthesizes the project's app with no way to a package index; returns its output folder and what it printed."""
    python = project / ".venv" / "bin" / "python"
    out = project / "cdk.out"
    return out, run(python, "app.py", cwd=project, CDK_OUTDIR=str(out), PIP_INDEX_URL="http://127.0.0.1:9")


def monitored_function(out: Path) -> dict[str, Any]:
    """The properties of the one function in the app's template that is monitored."""
    resources = json.loads((out / "Shop.template.json").read_text())["Resources"].values()
    functions = [each["Properties"] for each in resources if each["Type"] == "AWS::Lambda::Function"]
    (monitored,) = [each for each in functions if each["Handler"] == "cdk_sentry_layer.bootstrap.handler"]
    return monitored


@pytest.fixture(scope="session")
def project(wheel, tmp_path_factory) -> Path:
    """An unrelated CDK project into which the wheel is installed with nothing but its own requirements."""
    folder = tmp_path_factory.mktemp("project")
    project_with(wheel, folder)
    return folder


@pytest.fixture(scope="session")
def synthesis(project) -> tuple[Path, str]:
    """What that project synthesizes to, and what it printed."""
    return synthesized(project)
