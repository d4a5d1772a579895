"""The command runs where nothing but the wheel's own requirements is installed."""

import importlib.metadata
import json
import subprocess

import pytest

from cdk_sentry.cli.main import COMMANDS
from tests.packaging.conftest import run

pytestmark = pytest.mark.xdist_group("packaging")


@pytest.fixture
def command(project):
    return project / ".venv" / "bin" / "cdk-sentry"


def test_the_command_tells_its_version(command, project):
    version = importlib.metadata.version("cdk-sentry")
    assert run(command, "--version", cwd=project).split()[:2] == ["cdk-sentry", version]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_subcommand_explains_itself(name, command, project):
    assert f"usage: cdk-sentry {name}" in run(command, name, "--help", cwd=project)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_subcommand_that_is_called_wrongly_says_so_in_a_line_and_by_its_exit_code(name, command, project):
    finished = subprocess.run(
        [command, name, "--no-such-option"], cwd=project, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 2
    assert "Traceback" not in finished.stderr
    assert finished.stderr.splitlines()[-1].startswith("cdk-sentry")


@pytest.mark.parametrize(("runtime", "content"), [("python", "python"), ("nodejs", "nodejs/node_modules")])
def test_layers_come_out_of_the_wheel_without_a_build(runtime, content, command, project, tmp_path):
    """Neither pip nor npm is asked for anything: with an empty PATH there is none."""
    words = ("layer", "build", "--runtime", runtime, "--output", tmp_path / "opt")
    subprocess.run([command, *words], cwd=project, env={"PATH": ""}, capture_output=True, check=True)
    assert (tmp_path / "opt" / content / "cdk_sentry_layer").is_dir()
    listed = json.loads(run(command, "layer", "list", "--runtime", runtime, "--json", cwd=project))
    assert listed[runtime]["files"] == sum(path.is_file() for path in (tmp_path / "opt").rglob("*"))
