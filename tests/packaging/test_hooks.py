"""The hooks of git: what `make hooks` installs finds what `make lint` would, and fetches nothing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.packaging.conftest import ROOT

CONFIG = ROOT / ".pre-commit-config.yaml"
TOOLS = Path(sys.executable).parent


@pytest.fixture
def repository(tmp_path):
    """A repository with this one's hooks and tools, and nothing of its code."""
    shutil.copy(CONFIG, tmp_path)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / ".venv").symlink_to(TOOLS.parent)
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    return tmp_path


def hook(repository, name, path, content):
    """Runs one hook on a file that is about to be committed."""
    (repository / path).parent.mkdir(parents=True, exist_ok=True)
    (repository / path).write_text(content)
    subprocess.run(["git", "add", path], cwd=repository, check=True)
    return subprocess.run(
        [TOOLS / "pre-commit", "run", name, "--files", path],
        cwd=repository,
        env=os.environ | {"PRE_COMMIT_HOME": str(repository / ".pre-commit")},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("name", "path", "good", "bad"),
    [
        ("ruff-check", "constructs/some.py", '"""Some."""\n', "import os\n"),
        ("ruff-format", "constructs/some.py", "a = 1\n", "a=1\n"),
        ("workflows", ".github/dependabot.yml", "version: 2\nupdates: []\n", "version: of nothing\n"),
    ],
)
def test_a_hook_lets_pass_what_is_fine_and_nothing_else(repository, name, path, good, bad):
    passed = hook(repository, name, path, good)
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert "Passed" in passed.stdout
    stopped = hook(repository, name, path, bad)
    assert stopped.returncode == 1, stopped.stdout + stopped.stderr
    assert "Failed" in stopped.stdout


def test_every_hook_is_a_tool_of_this_repository():
    """So a commit never waits for a network, and hooks and `make lint` are never of two versions."""
    (local,) = yaml.safe_load(CONFIG.read_text())["repos"]
    assert local["repo"] == "local"
    programs = {each["id"]: each["entry"].split()[0] for each in local["hooks"]}
    assert {"ruff-check", "ruff-format", "mypy", "eslint", "workflows"} == set(programs)
    for program in programs.values():
        folder, _, name = program.partition("/bin/" if program.startswith(".venv") else "/.bin/")
        tool = TOOLS / name if folder == ".venv" else ROOT / folder / ".bin" / name
        assert tool.exists(), program
