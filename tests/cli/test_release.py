"""`cdk-sentry release`: what the real sentry-cli tells Sentry, for what the functions say is deployed."""

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cdk_sentry.cli.aws import Aws
from cdk_sentry.cli.stacks import Resource
from tests.harness.run import Run
from tests.harness.sentry_api import SentryApi

Command = Callable[..., Run]

CHECKOUT = Path(__file__).parents[2]
TOKEN = "sntryu_0123456789abcdef"
RELEASE = "activity@1.2.3"
FUNCTIONS: dict[str, dict[str, str]] = {
    "ingest": {"SENTRY_RELEASE": RELEASE, "SENTRY_ENVIRONMENT": "production"},
    "validate": {"SENTRY_RELEASE": RELEASE, "SENTRY_ENVIRONMENT": "production"},
    "cdk-helper": {},
}


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A checkout with three commits, in which the command runs; their hashes, newest first."""
    monkeypatch.chdir(tmp_path)
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main"], check=True)
    for number in range(3):
        Path("file").write_text(str(number))
        subprocess.run(["git", "add", "file"], check=True)
        subprocess.run(["git", *identity, "commit", "--quiet", "--message", f"change {number}"], check=True)
    return subprocess.run(["git", "rev-list", "HEAD"], capture_output=True, text=True, check=True).stdout.split()


@pytest.fixture
def sentry(aws_environment: None, git: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[SentryApi]:
    with SentryApi("acme", {"activity", "billing"}, TOKEN) as api:
        monkeypatch.setenv("PATH", f"{CHECKOUT / 'node_modules' / '.bin'}:{os.environ['PATH']}")
        monkeypatch.setenv("SENTRY_URL", api.url)
        monkeypatch.setenv("SENTRY_AUTH_TOKEN", TOKEN)
        monkeypatch.setenv("SENTRY_ORG", "acme")
        monkeypatch.setenv("SENTRY_PROJECT", "activity")
        monkeypatch.setenv("HOME", os.fspath(Path.cwd()))  # no .sentryclirc of whoever runs the tests
        yield api


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, str]]:
    """The functions of the stack with their environment variables; a test may change them."""
    functions = dict(FUNCTIONS)

    def configuration(FunctionName: str) -> Mapping[str, Any]:  # noqa: N803 - boto3's name
        variables = functions[FunctionName]
        return {"Environment": {"Variables": variables}} if variables else {}

    def resources(_: Aws, stack: str) -> list[Resource]:
        table = Resource(stack, "AWS::DynamoDB::Table", "Table", "table", "CREATE_COMPLETE")
        not_made = Resource(stack, "AWS::Lambda::Function", "New", "", "CREATE_FAILED")
        return [
            table,
            not_made,
            *(Resource(stack, "AWS::Lambda::Function", name, name, "CREATE_COMPLETE") for name in functions),
        ]

    client = SimpleNamespace(get_function_configuration=configuration)
    monkeypatch.setattr(Aws, "client", lambda *_: client)
    monkeypatch.setattr("cdk_sentry.cli.release.deployed.resources_of", resources)
    return functions


def test_a_release_has_its_commits_and_its_deploy(command: Command, sentry: SentryApi, deployed, git) -> None:
    done = command("release", "--stack", "activity")

    assert (done.code, sentry.refusals) == (0, [])
    release = sentry.releases[RELEASE]
    assert release.projects == {"activity"}
    assert [commit["id"] for commit in release.commits] == git
    assert release.released is not None
    assert release.deploys == ["production"]
    assert f"Release {RELEASE} of 2 functions is in Sentry, deployed to production." in done.out
    assert TOKEN not in done.out + done.err


def test_commits_come_from_git_alone_when_asked_so(command: Command, sentry: SentryApi, deployed, git) -> None:
    assert command("release", "--stack", "activity", "--commits", "local").code == 0
    assert [commit["id"] for commit in sentry.releases[RELEASE].commits] == git


def test_no_commits_are_said_when_none_are_wanted(command: Command, sentry: SentryApi, deployed) -> None:
    assert command("release", "--stack", "activity", "--commits", "none").code == 0
    assert sentry.releases[RELEASE].commits == []
    assert sentry.releases[RELEASE].deploys == ["production"]


def test_projects_and_organization_of_the_command_line_win(command: Command, sentry, deployed, monkeypatch) -> None:
    monkeypatch.setenv("SENTRY_ORG", "another")
    words = ("--organization", "acme", "--project", "billing", "--project", "activity")
    assert command("release", "--stack", "activity", *words).code == 0
    assert sentry.releases[RELEASE].projects == {"activity", "billing"}


def test_each_environment_and_each_release_of_the_stack_is_marked(command: Command, sentry, deployed) -> None:
    deployed["canary"] = {"SENTRY_RELEASE": "activity@1.3.0", "SENTRY_ENVIRONMENT": "canary"}
    deployed["beta"] = {"SENTRY_RELEASE": RELEASE, "SENTRY_ENVIRONMENT": "beta"}

    assert command("release", "--stack", "activity").code == 0

    assert sentry.releases[RELEASE].deploys == ["beta", "production"]
    assert sentry.releases["activity@1.3.0"].deploys == ["canary"]


def test_without_an_environment_the_release_is_there_without_a_deploy(command: Command, sentry, deployed) -> None:
    for name in ("ingest", "validate"):
        deployed[name] = {"SENTRY_RELEASE": RELEASE}
    done = command("release", "--stack", "activity")
    assert done.code == 0
    assert sentry.releases[RELEASE].deploys == []
    assert "the functions name none" in done.out


def test_a_dry_run_says_every_command_and_runs_none(command: Command, sentry, deployed, monkeypatch) -> None:
    for name in ("SENTRY_AUTH_TOKEN", "SENTRY_ORG", "SENTRY_PROJECT"):
        monkeypatch.delenv(name)

    done = command("release", "--stack", "activity", "--project", "activity", "--dry-run")
    machine = command("release", "--stack", "activity", "--project", "activity", "--dry-run", "--json").document

    assert (done.code, sentry.requests) == (0, [])
    assert done.out.splitlines() == [
        f"sentry-cli releases new --project activity {RELEASE}",
        f"sentry-cli releases set-commits --project activity --auto --ignore-missing {RELEASE}",
        f"sentry-cli releases finalize --project activity {RELEASE}",
        f"sentry-cli deploys new --project activity --release {RELEASE} --env production",
    ]
    assert [" ".join(each) for each in machine["commands"]] == done.out.splitlines()


def test_all_that_is_missing_is_said_at_once(command: Command, sentry, deployed, monkeypatch) -> None:
    for name in ("SENTRY_AUTH_TOKEN", "SENTRY_ORG", "SENTRY_PROJECT"):
        monkeypatch.delenv(name)
    done = command("release", "--stack", "activity")
    assert (done.code, done.out) == (2, "")
    for name in ("SENTRY_AUTH_TOKEN", "--organization or SENTRY_ORG", "--project or SENTRY_PROJECT"):
        assert name in done.err


def test_a_wrong_token_is_said_in_one_line(command: Command, sentry, deployed, monkeypatch) -> None:
    monkeypatch.setenv("SENTRY_AUTH_TOKEN", "sntryu_wrong")
    done = command("release", "--stack", "activity")
    assert done.code == 2
    assert "`sentry-cli releases new activity@1.2.3` failed" in done.err
    assert "Invalid token" in done.err
    assert "org:ci" in done.err
    assert "backtrace" not in done.err
    assert sentry.releases == {}


def test_a_project_that_is_not_there_stops_before_anything_else(command: Command, sentry, deployed) -> None:
    done = command("release", "--stack", "activity", "--project", "nonsense")
    assert done.code == 2
    assert "projects: invalid" in done.err
    assert sentry.releases == {}


def test_a_sentry_that_is_not_there_is_said_in_one_line(command: Command, sentry: SentryApi, deployed) -> None:
    sentry.__exit__()
    done = command("release", "--stack", "activity")
    assert done.code == 2
    assert "Could not connect" in done.err


def test_a_missing_sentry_cli_is_said_with_what_to_do(command: Command, sentry, deployed, monkeypatch) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    done = command("release", "--stack", "activity")
    assert done.code == 2
    assert "npm install --save-dev @sentry/cli" in done.err
    assert done.err.count("\n") == 1


def test_the_sentry_cli_of_the_project_is_taken_before_that_on_the_path(command, sentry, deployed) -> None:
    folder = Path("node_modules", ".bin")
    folder.mkdir(parents=True)
    program = folder / "sentry-cli"
    program.write_text("#!/bin/sh\necho of the project\n")
    program.chmod(0o755)
    done = command("release", "--stack", "activity")
    assert done.code == 0
    assert "of the project" in done.out
    assert sentry.requests == []


def test_a_stack_without_a_release_is_said_with_what_to_do(command: Command, sentry, deployed) -> None:
    deployed.clear()
    deployed["cdk-helper"] = {}
    done = command("release", "--stack", "activity")
    assert done.code == 2
    assert "no function of 'activity' has a release (1 looked at)" in done.err


def test_the_token_stands_in_no_argument_of_a_process(command: Command, sentry, deployed) -> None:
    """Whoever may list processes would read it there."""
    folder = Path("node_modules", ".bin")
    folder.mkdir(parents=True)
    program = folder / "sentry-cli"
    program.write_text('#!/bin/sh\necho "arguments: $*"\necho "environment: $SENTRY_AUTH_TOKEN" > seen\n')
    program.chmod(0o755)
    done = command("release", "--stack", "activity")
    assert TOKEN not in done.out
    assert Path("seen").read_text() == f"environment: {TOKEN}\n"
