"""The Sentry environment: given, else the context value `stage`, else the Git branch made valid."""

import hashlib
import re

from constructs import Construct

from .errors import Problems, is_known
from .git import current_checkout

MAX_LENGTH = 64
CONTEXT_KEY = "stage"
_HASH_LENGTH = 6
# docs.sentry.io, "Environments": no newlines, spaces or forward slashes, not the string "None", at most 64.
_FORBIDDEN = re.compile(r"[\s/]")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def check_environment(environment: str | None, problems: Problems) -> None:
    """Notes what Sentry would not accept as an environment; it drops such events' environment silently."""
    if environment is None:
        return
    if not isinstance(environment, str) or (is_known(environment) and not _is_valid(environment)):
        problems.add(
            "environment",
            environment,
            f"1 to {MAX_LENGTH} characters without white space and '/', and not 'None'",
            "Use a short name such as 'production'; environment_from_branch makes one of a Git branch.",
        )


def resolve_environment(given: str | None, scope: Construct) -> str | None:
    """Returns the environment of a construct: given, else context `stage`, else the Git branch, else None.

    Args:
        given: the construct's argument.
        scope: where the context is looked up.
    """
    if given is not None:
        return given
    stage = scope.node.try_get_context(CONTEXT_KEY)
    if stage:
        return environment_from_branch(str(stage))
    branch = current_checkout().branch
    return environment_from_branch(branch) if branch else None


def environment_from_branch(branch: str) -> str:
    """Makes an environment that Sentry accepts from a Git branch's name.

    A name that is valid stays as it is. Any other has its unsafe characters replaced and a short hash of the whole
    name added, so that it is stable and that distinct branches stay distinct (`feature/a` and `feature-a`).

    Args:
        branch: any text.
    """
    if _is_valid(branch) and not _UNSAFE.search(branch):
        return branch
    readable = _UNSAFE.sub("-", branch).strip("-.")[: MAX_LENGTH - _HASH_LENGTH - 1].rstrip("-.")
    digest = hashlib.sha256(branch.encode()).hexdigest()[:_HASH_LENGTH]
    return f"{readable}-{digest}" if readable else digest


def _is_valid(environment: str) -> bool:
    return 0 < len(environment) <= MAX_LENGTH and environment != "None" and not _FORBIDDEN.search(environment)
