"""Where a function's events go: the DSN that its environment names, else the forwarder's own."""

import functools
import json
import os
from collections.abc import Mapping

from cdk_sentry_forwarder import aws

VARIABLES = ("SENTRY_DSN", "SENTRY_DSN_SSM_PARAMETER", "SENTRY_DSN_SECRET")
_ARN_REGION = 3


class DsnError(Exception):
    """No DSN could be had; the message says why."""


def dsn_of(environment: Mapping[str, str]) -> str:
    """The DSN of a function.

    Args:
        environment: the function's variables; where they name no DSN, those of this process count.

    Raises:
        DsnError: neither names one, or it could not be read.
    """
    named = environment if any(environment.get(name) for name in VARIABLES) else os.environ
    dsn = (named.get("SENTRY_DSN") or "").strip()
    if dsn:
        return dsn
    try:
        if name := named.get("SENTRY_DSN_SSM_PARAMETER"):
            return _of_parameter(name)
        if name := named.get("SENTRY_DSN_SECRET"):
            return _of_secret(name, named.get("SENTRY_DSN_SECRET_FIELD"))
    except (*aws.Error, ValueError, KeyError, TypeError) as problem:
        raise DsnError(f"the DSN could not be read: {problem}") from problem
    raise DsnError(f"no DSN: none of {', '.join(VARIABLES)} is set for the function or for the forwarder")


@functools.cache
def _of_parameter(name: str) -> str:
    answer = aws.client("ssm", _region(name)).get_parameter(Name=name, WithDecryption=True)
    return str(answer["Parameter"]["Value"]).strip()


@functools.cache
def _of_secret(name: str, field: str | None) -> str:
    value = aws.client("secretsmanager", _region(name)).get_secret_value(SecretId=name)["SecretString"]
    return str(json.loads(value)[field] if field else value).strip()


def _region(name: str) -> str | None:
    return name.split(":")[_ARN_REGION] if name.startswith("arn:") else None
