"""What `cdk-sentry release` does."""

import os
import shlex
from dataclasses import asdict
from pathlib import Path

from ..command import Exit, Invocation
from ..errors import CommandError
from . import sentry_cli
from .deployed import DeployedRelease, deployed_releases
from .steps import Step, steps

_TOKEN, _ORGANIZATION, _PROJECT = "SENTRY_AUTH_TOKEN", "SENTRY_ORG", "SENTRY_PROJECT"
_TOKEN_WITH_ORGANIZATION = "sntrys_"  # noqa: S105 - how such tokens begin


def announce(invocation: Invocation) -> Exit:
    """`release`."""
    options, output = invocation.options, invocation.output
    if options.dry_run:
        releases = deployed_releases(invocation.aws, options.stack)
        output.say("\n".join(_shown(step) for step in _steps(invocation, releases)))
        output.result(_document(invocation, releases, dry_run=True))
        return Exit.FINE
    # What is missing here is said before AWS is asked: it is quicker, and CI logs show it first.
    environment = _environment(invocation)
    program = sentry_cli.find(Path.cwd())
    releases = deployed_releases(invocation.aws, options.stack)
    for step in _steps(invocation, releases):
        output.note(_shown(step))
        said = sentry_cli.run(program, step, environment)
        if said:
            output.say(said)
    output.result(_document(invocation, releases, dry_run=False))
    for release in releases:
        where = " and ".join(release.environments) or "no environment: the functions name none"
        output.say(f"Release {release.name} of {len(release.functions)} functions is in Sentry, deployed to {where}.")
    return Exit.FINE


def _steps(invocation: Invocation, releases: list[DeployedRelease]) -> list[Step]:
    options = invocation.options
    return [step for release in releases for step in steps(release, options.project or (), options.commits)]


def _shown(step: Step) -> str:
    return shlex.join([sentry_cli.NAME, *step])


def _document(invocation: Invocation, releases: list[DeployedRelease], *, dry_run: bool) -> dict[str, object]:
    return {
        "stack": invocation.options.stack,
        "dry_run": dry_run,
        "releases": [asdict(release) for release in releases],
        "commands": [[sentry_cli.NAME, *step] for step in _steps(invocation, releases)],
    }


def _environment(invocation: Invocation) -> dict[str, str]:
    """What sentry-cli is told by its environment: nothing of it shows in a list of processes.

    Raises:
        CommandError: something is missing; all of it at once.
    """
    options = invocation.options
    token = os.environ.get(_TOKEN, "")
    organization = options.organization or os.environ.get(_ORGANIZATION, "")
    missing = []
    if not token:
        missing.append(f"{_TOKEN} (make a token in Sentry, Settings > Auth Tokens; it is never an argument)")
    if not organization and not token.startswith(_TOKEN_WITH_ORGANIZATION):
        missing.append(f"--organization or {_ORGANIZATION}")
    if not options.project and not os.environ.get(_PROJECT):
        missing.append(f"--project or {_PROJECT}")
    if missing:
        raise CommandError(f"sentry-cli needs {', '.join(missing)}")
    return {_ORGANIZATION: organization} if organization else {}
