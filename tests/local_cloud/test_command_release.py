"""`cdk-sentry release` for the deployed sample: the real sentry-cli tells a stand-in for Sentry's API."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from demo.ministack import CHECKOUT
from tests.harness.run import Run
from tests.harness.sentry_api import SentryApi
from tests.local_cloud.command import run, subcommand
from tests.local_cloud.conftest import Cloud
from tests.local_cloud.limited_user import limited_user

pytestmark = pytest.mark.xdist_group("local_cloud")

STACK = "activity-history-local"
TOKEN = "sntryu_0123456789abcdef"
PERMISSIONS = subcommand("release").permissions


@dataclass(frozen=True)
class Ci:
    """A CI job after `cdk deploy`: a checkout with commits, a token, sentry-cli of npm."""

    cloud: Cloud
    sentry: SentryApi
    checkout: Path

    def release(self, *words: str, **environment: str) -> Run:
        known = self.cloud.deployment.aws.environment() | {
            "PATH": f"{CHECKOUT / 'node_modules' / '.bin'}:{os.environ['PATH']}",
            "HOME": os.fspath(self.checkout),  # no .sentryclirc of whoever runs the tests
            "SENTRY_URL": self.sentry.url,
            "SENTRY_AUTH_TOKEN": TOKEN,
        }
        words = ("release", "--organization", "acme", "--project", "activity", *words)
        return run(known | environment, *words, directory=self.checkout)

    @property
    def commits(self) -> list[str]:
        """Newest first."""
        listed = subprocess.run(
            ["git", "rev-list", "HEAD"], cwd=self.checkout, capture_output=True, text=True, check=True
        )
        return listed.stdout.split()


@pytest.fixture
def ci(cloud: Cloud, tmp_path: Path) -> Iterator[Ci]:
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", tmp_path], check=True)
    for number in range(2):
        commit = ["commit", "--quiet", "--allow-empty", "--message", f"change {number}"]
        subprocess.run(["git", "-C", tmp_path, *identity, *commit], check=True)
    with SentryApi("acme", {"activity"}, TOKEN) as sentry:
        yield Ci(cloud, sentry, tmp_path)


@pytest.fixture
def deployed_release(cloud: Cloud) -> str:
    """What the functions of the sample say that they run."""
    (name,) = {variables["SENTRY_RELEASE"] for variables in cloud.variables().values() if "SENTRY_RELEASE" in variables}
    return name


def test_sentry_knows_the_deployed_release_its_commits_and_where_it_went(ci: Ci, deployed_release: str) -> None:
    done = ci.release("--stack", STACK)

    assert (done.code, ci.sentry.refusals) == (0, [])
    release = ci.sentry.releases[deployed_release]
    assert [commit["id"] for commit in release.commits] == ci.commits
    assert release.released is not None
    assert release.deploys == ["local"]
    assert f"Release {deployed_release} of " in done.out


def test_a_dry_run_asks_aws_and_tells_sentry_nothing(ci: Ci, deployed_release: str) -> None:
    done = ci.release("--stack", STACK, "--dry-run", "--json", SENTRY_AUTH_TOKEN="")
    assert (done.code, ci.sentry.requests) == (0, [])
    (release,) = done.document["releases"]
    assert (release["name"], release["environments"]) == (deployed_release, ["local"])
    assert len(release["functions"]) > 1


def test_a_stack_with_another_name_is_said_with_the_one_that_is_there(ci: Ci) -> None:
    done = ci.release("--stack", "activity-history-locale")
    assert (done.code, ci.sentry.requests) == (2, [])
    (line,) = done.err.splitlines()
    assert f"did you mean {STACK}?" in line


def test_a_wrong_token_ends_with_2(ci: Ci) -> None:
    done = ci.release("--stack", STACK, SENTRY_AUTH_TOKEN="sntryu_wrong")
    assert done.code == 2
    assert "SENTRY_AUTH_TOKEN is wrong" in done.err
    assert ci.sentry.releases == {}


@pytest.mark.parametrize("action", ["cloudformation:ListStackResources", "lambda:GetFunctionConfiguration"])
def test_what_it_says_that_it_needs_is_enough_and_is_needed(ci: Ci, deployed_release: str, action: str) -> None:
    name = action.partition(":")[2]
    aws = ci.cloud.deployment.aws
    with limited_user(aws, f"{name}-less", PERMISSIONS, without=[action]) as less:
        refused = ci.release("--stack", STACK, **keys_of(less))
    with limited_user(aws, name, PERMISSIONS) as enough:
        allowed = ci.release("--stack", STACK, **keys_of(enough))

    assert allowed.code == 0
    assert list(ci.sentry.releases) == [deployed_release]
    assert refused.code == 2
    (line,) = refused.err.splitlines()
    assert f"the IAM action {action} is missing" in line


def test_every_action_that_it_declares_is_tried_here() -> None:
    tried = {"cloudformation:ListStackResources", "lambda:GetFunctionConfiguration"}
    assert {action for permission in PERMISSIONS for action in permission.actions} == tried


def keys_of(environment: dict[str, str]) -> dict[str, str]:
    return {name: environment[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
