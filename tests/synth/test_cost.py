"""What synth costs: git is asked once, and nothing is fetched when the layers are there."""

import subprocess

import aws_cdk as cdk
import pytest

from cdk_sentry import SentryMonitoring, git
from tests.synth.apps import function


@pytest.fixture
def checkout():
    """Overrides the folder's fixture: here Git itself is asked."""


def test_git_runs_once_for_an_app_with_many_functions_and_several_lines(monkeypatch):
    for name in (*git._COMMIT_VARIABLES, *git._BRANCH_VARIABLES):
        monkeypatch.delenv(name, raising=False)
    git._ask_git.cache_clear()
    commands = []
    run = subprocess.run

    def counted(command, *arguments, **options):
        commands.append(command)
        return run(command, *arguments, **options)

    monkeypatch.setattr(subprocess, "run", counted)
    app = cdk.App()
    for name in ("First", "Second"):
        stack = cdk.Stack(app, name)
        for number in range(5):
            function(stack, f"Function{number}")
        SentryMonitoring(stack, "Sentry")
    app.synth()
    assert [command[0] for command in commands] == ["git"]
    git._ask_git.cache_clear()


def test_nothing_is_fetched_when_the_layers_are_built(monkeypatch):
    """Whatever would fetch is a process or a connection of Python's: neither may start."""
    warm_app = cdk.App()
    warm = cdk.Stack(warm_app, "Warm")
    function(warm)
    SentryMonitoring(warm, "Sentry", environment="e", release="r@1")
    warm_app.synth()

    def refused(*_, **__):
        raise AssertionError("a process or a connection was started")

    app = cdk.App()
    stack = cdk.Stack(app, "Stack")
    function(stack)
    monkeypatch.setattr(subprocess, "Popen", refused)
    monkeypatch.setattr("socket.socket.connect", refused)
    SentryMonitoring(stack, "Sentry", environment="e", release="r@1")
    assert app.synth().get_stack_by_name("Stack").template["Resources"]
