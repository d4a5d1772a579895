"""The workflows are valid, pinned, and ask for what there is; so is the one that users copy."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from cdk_sentry.cli.main import load, parser
from tests.documentation.pages import blocks
from tests.packaging.pythons import ROOT, declared

WORKFLOWS = sorted(ROOT.glob(".github/workflows/*.yml"))
EXAMPLE = ROOT / "examples" / "github-actions" / "deploy.yml"
ACTIONS = sorted(ROOT.glob(".github/actions/*/action.yml"))
TOOLS = Path(sys.executable).parent

_USES = re.compile(r"^ *-? *uses: (?!\./)(?P<action>\S+)@(?P<commit>\S+)(?P<comment>.*)$", re.MULTILINE)


def run(*command):
    finished = subprocess.run(
        [str(part) for part in command], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr


def steps(path):
    return [step for job in yaml.safe_load(path.read_text())["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize(
    ("schema", "paths"),
    [
        ("vendor.github-workflows", [*WORKFLOWS, EXAMPLE]),
        ("vendor.github-actions", ACTIONS),
        ("vendor.dependabot", [ROOT / ".github" / "dependabot.yml"]),
    ],
)
def test_the_files_have_the_shape_that_github_takes(schema, paths):
    run(TOOLS / "check-jsonschema", "--builtin-schema", schema, *paths)


def test_an_auditor_of_workflows_has_nothing_to_say():
    """Among others: no hash that is not pinned, no permission too many, no credentials kept, no injection."""
    run(TOOLS / "zizmor", "--offline", "--no-progress", "--pedantic", ROOT / ".github", EXAMPLE)


def test_each_action_is_pinned_to_one_commit_and_tells_its_version():
    pins: dict[str, set[tuple[str, str]]] = {}
    for path in [*WORKFLOWS, *ACTIONS, EXAMPLE]:
        for found in _USES.finditer(path.read_text()):
            assert re.fullmatch(r"[0-9a-f]{40}", found["commit"]), f"{path.name}: {found[0]}"
            assert re.fullmatch(r" # v\d+\.\d+\.\d+", found["comment"]), f"{path.name}: {found[0]}"
            pins.setdefault(found["action"], set()).add((found["commit"], found["comment"]))
    assert [action for action, commits in pins.items() if len(commits) > 1] == []
    assert "actions/checkout" in pins


def test_the_workflows_ask_make_for_what_it_has():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    asked = {
        word
        for path in WORKFLOWS
        for step in steps(path)
        for line in re.findall(r"^make (.*)$", step.get("run", ""), re.MULTILINE)
        for word in line.split()
        if "=" not in word
    }
    assert {"lint", "test", "test-wheel", "synth", "bench-smoke", "audit", "docs", "dist"} <= asked <= targets


def test_the_wheel_is_tested_on_every_python_that_is_declared():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())
    assert workflow["jobs"]["wheel"]["strategy"]["matrix"]["python"] == declared()


def test_the_users_workflow_calls_the_command_as_it_is():
    called = [step["run"] for step in steps(EXAMPLE) if step.get("run", "").startswith("cdk-sentry ")]
    assert {command.split()[1] for command in called} == {"release", "audit"}
    for command in called:
        words = command.replace('"', "").split()[1:]
        assert parser(words[:1]).parse_args(words).stack == "$STACK"


def test_the_users_role_may_do_what_the_command_needs_in_the_workflow():
    """What reads secrets is left to those whose functions do."""
    (block,) = blocks(ROOT / "docs" / "guide" / "ci.md", "python")
    granted = set(re.findall(r'"([a-z]+:[A-Z]\w+)"', block.code)) - {"sts:AssumeRole"}
    needed = {
        action
        for name in ("release", "audit")
        for permission in load(name).permissions
        for action in permission.actions
        if not action.startswith("secretsmanager:")
    }
    assert granted == needed
