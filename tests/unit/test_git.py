"""CI variables first, then Git, once; nothing where there is neither."""

import subprocess
from pathlib import Path

import pytest

from cdk_sentry.git import Checkout, current_checkout


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Git repository with one commit on the branch feature/x, as the current directory."""

    def run(*arguments: str) -> None:
        identity = ["-c", "user.name=test", "-c", "user.email=test@example.com"]
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True)

    run("init", "--initial-branch=feature/x")
    run("commit", "--allow-empty", "--message=first")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def commit_of(repository: Path) -> str:
    command = ["git", "rev-parse", "HEAD"]
    return subprocess.run(command, cwd=repository, check=True, capture_output=True, text=True).stdout.strip()


def test_outside_ci_git_is_asked(repository):
    assert current_checkout({}) == Checkout(commit_of(repository), "feature/x")


def test_git_runs_once_however_often_it_is_asked(repository, monkeypatch):
    calls: list[object] = []
    run = subprocess.run

    def counted(*args, **kwargs):
        calls.append(args)
        return run(*args, **kwargs)

    monkeypatch.setattr("cdk_sentry.git.subprocess.run", counted)
    assert len({current_checkout({}) for _ in range(5)}) == 1
    assert len(calls) == 1


def test_a_detached_checkout_has_a_commit_and_no_branch(repository):
    subprocess.run(["git", "checkout", "--detach"], cwd=repository, check=True, capture_output=True)
    assert current_checkout({}) == Checkout(commit_of(repository), None)


def test_outside_git_nothing_is_known(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert current_checkout({}) == Checkout(None, None)


def test_without_a_git_command_nothing_is_known(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert current_checkout({}) == Checkout(None, None)


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"GITHUB_SHA": "c1", "GITHUB_REF_NAME": "main"}, Checkout("c1", "main")),
        ({"GITHUB_SHA": "c1", "GITHUB_REF_NAME": "7/merge", "GITHUB_HEAD_REF": "fix"}, Checkout("c1", "fix")),
        ({"CI_COMMIT_SHA": "c2", "CI_COMMIT_REF_NAME": "dev"}, Checkout("c2", "dev")),
        (
            {"CODEBUILD_RESOLVED_SOURCE_VERSION": "c3", "CODEBUILD_WEBHOOK_HEAD_REF": "refs/heads/a/b"},
            Checkout("c3", "a/b"),
        ),
        ({"GIT_COMMIT": "c4", "GIT_BRANCH": "origin/main"}, Checkout("c4", "main")),
    ],
)
def test_in_ci_the_service_is_believed_and_git_not_asked(variables, expected, monkeypatch):
    monkeypatch.setattr("cdk_sentry.git.subprocess.run", lambda *_, **__: pytest.fail("git was run"))
    assert current_checkout(variables) == expected


def test_what_ci_leaves_open_comes_from_git(repository):
    assert current_checkout({"GITHUB_SHA": "from-ci"}) == Checkout("from-ci", "feature/x")
