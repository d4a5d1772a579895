"""The environment variables by which the run time learns of environment, release, tags and DSN."""

import json
from collections.abc import Mapping

from .function import Changes


def set_sentry_variables(
    changes: Changes,
    *,
    dsn: Mapping[str, str],
    environment: str | None,
    release: str | None,
    tags: Mapping[str, str],
) -> None:
    """Sets what the function's environment does not say already.

    Args:
        changes: the function's pending changes.
        dsn: the variables of the DSN.
        environment: Sentry's environment; nothing is set when None.
        release: Sentry's release; nothing is set when None.
        tags: tags for every event of the function.
    """
    changes.set_variables(dsn)
    if environment:
        changes.set_variables({"SENTRY_ENVIRONMENT": environment})
    if release:
        changes.set_variables({"SENTRY_RELEASE": release})
    # No SDK reads tags from a variable of its own; JSON keeps any value whole.
    changes.set_variables({"SENTRY_TAGS": json.dumps(dict(tags), separators=(",", ":"), sort_keys=True)})
