"""What is asked of sentry-cli for a release, in order."""

from collections.abc import Iterator, Sequence

from .deployed import DeployedRelease

COMMITS = ("auto", "local", "none")

Step = tuple[str, ...]
"""Arguments of one run of sentry-cli."""


def steps(release: DeployedRelease, projects: Sequence[str], commits: str) -> Iterator[Step]:
    """Creates the release, says its commits, finalizes it, marks its deploys. May be repeated, except for deploys.

    Args:
        release: what is deployed.
        projects: of Sentry; those of sentry-cli's own configuration where there are none.
        commits: one of COMMITS.
    """
    named = tuple(word for project in projects for word in ("--project", project))
    yield ("releases", "new", *named, release.name)
    if commits != "none":
        # Without --ignore-missing a rebased or shallow checkout, as CI has them, would be an error.
        yield ("releases", "set-commits", *named, f"--{commits}", "--ignore-missing", release.name)
    yield ("releases", "finalize", *named, release.name)
    for environment in release.environments:
        yield ("deploys", "new", *named, "--release", release.name, "--env", environment)
