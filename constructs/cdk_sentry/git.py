"""What Git and the usual CI services know of the commit that is being synthesized; Git itself is asked once."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

# Asked in this order. A CI checkout is often shallow and detached, so what the service says of itself is better
# than what Git says there. Sources: each service's list of predefined variables.
_COMMIT_VARIABLES = (
    "GITHUB_SHA",  # GitHub Actions
    "CI_COMMIT_SHA",  # GitLab CI, Woodpecker
    "BITBUCKET_COMMIT",  # Bitbucket Pipelines
    "CODEBUILD_RESOLVED_SOURCE_VERSION",  # AWS CodeBuild, CDK Pipelines
    "CIRCLE_SHA1",  # CircleCI
    "BUILD_SOURCEVERSION",  # Azure Pipelines
    "BUILDKITE_COMMIT",
    "TRAVIS_COMMIT",
    "DRONE_COMMIT_SHA",
    "GIT_COMMIT",  # Jenkins
)
_BRANCH_VARIABLES = (
    "GITHUB_HEAD_REF",  # set for pull requests only, where GITHUB_REF_NAME is "12/merge"
    "GITHUB_REF_NAME",
    "CI_COMMIT_REF_NAME",
    "BITBUCKET_BRANCH",
    "CODEBUILD_WEBHOOK_HEAD_REF",  # refs/heads/NAME
    "CIRCLE_BRANCH",
    "BUILD_SOURCEBRANCHNAME",
    "BUILDKITE_BRANCH",
    "TRAVIS_PULL_REQUEST_BRANCH",
    "TRAVIS_BRANCH",
    "DRONE_BRANCH",
    "GIT_BRANCH",  # origin/NAME
)
_REF_PREFIXES = ("refs/heads/", "origin/")
_TIMEOUT_S = 10


@dataclass(frozen=True)
class Checkout:
    """A commit and the branch it is on; None where that is not known (outside Git, or detached)."""

    commit: str | None
    branch: str | None


def current_checkout(environ: Mapping[str, str] | None = None) -> Checkout:
    """Returns what is being synthesized, from CI variables first and from Git for what they leave open.

    Args:
        environ: the process's environment when left out.
    """
    environ = os.environ if environ is None else environ
    commit = _first(environ, _COMMIT_VARIABLES)
    branch = _first(environ, _BRANCH_VARIABLES)
    if commit and branch:
        return Checkout(commit, _without_prefix(branch))
    asked = _ask_git(Path.cwd())
    return Checkout(commit or asked.commit, _without_prefix(branch) if branch else asked.branch)


@cache
def _ask_git(directory: Path) -> Checkout:
    command = ["git", "rev-parse", "HEAD", "--abbrev-ref", "HEAD"]
    try:
        finished = subprocess.run(
            command, cwd=directory, capture_output=True, text=True, check=True, timeout=_TIMEOUT_S
        )
    except (OSError, subprocess.SubprocessError):
        return Checkout(None, None)
    commit, branch = finished.stdout.split()
    return Checkout(commit, None if branch == "HEAD" else branch)


def _first(environ: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((environ[name] for name in names if environ.get(name)), None)


def _without_prefix(branch: str) -> str:
    for prefix in _REF_PREFIXES:
        branch = branch.removeprefix(prefix)
    return branch
