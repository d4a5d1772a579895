"""Where a function has its DSN from, and whether there is one. A DSN is never shown."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from botocore.exceptions import ClientError

from ...dsn_text import dsn_problem
from ..errors import code_of
from .answer import Unread
from .reader import Reader

_NOT_THERE = ("ParameterNotFound", "ResourceNotFoundException", "ParameterVersionNotFound")


@dataclass(frozen=True)
class DsnPlace:
    """An SSM parameter or a secret that functions read at run time.

    Attributes:
        service: `ssm` or `secretsmanager`.
        name: name or ARN.
        field: key in a JSON secret; empty where the whole is the DSN.
    """

    service: str
    name: str
    field: str = ""

    def __str__(self) -> str:
        kind = "the SSM parameter" if self.service == "ssm" else "the secret"
        return f"{kind} {self.name}" + (f", field {self.field}" if self.field else "")


def place_of(variables: Mapping[str, str]) -> DsnPlace | None:
    """Where a function is to read its DSN at run time; None where it has it in a variable, or not at all.

    Args:
        variables: its environment.
    """
    if variables.get("SENTRY_DSN"):
        return None
    if variables.get("SENTRY_DSN_SSM_PARAMETER"):
        return DsnPlace("ssm", variables["SENTRY_DSN_SSM_PARAMETER"])
    if variables.get("SENTRY_DSN_SECRET"):
        return DsnPlace("secretsmanager", variables["SENTRY_DSN_SECRET"], variables.get("SENTRY_DSN_SECRET_FIELD", ""))
    return None


def problem_at(place: DsnPlace, reader: Reader) -> str | Unread:
    """What is wrong with the DSN at a place; empty where nothing is.

    Args:
        place: where.
        reader: asks AWS.
    """
    return reader.attempt(lambda: _problem(place, reader))


@dataclass(frozen=True)
class Copied:
    """A DSN that CloudFormation has copied from an SSM parameter into functions.

    Attributes:
        name: of the parameter.
        dsn: what the functions have.
    """

    name: str
    dsn: str = field(repr=False)


def is_current(copied: Copied, reader: Reader) -> bool | Unread | None:
    """Whether the parameter still holds the same; None where it is no longer there.

    Args:
        copied: what functions have, and from where.
        reader: asks AWS.
    """

    def compare() -> bool | None:
        try:
            return _read(DsnPlace("ssm", copied.name), reader) == copied.dsn
        except ClientError as error:
            if code_of(error) in _NOT_THERE:
                return None
            raise

    return reader.attempt(compare)


def _problem(place: DsnPlace, reader: Reader) -> str:
    try:
        value = _read(place, reader)
    except ClientError as error:
        if code_of(error) in _NOT_THERE:
            return f"{place} does not exist"
        raise
    if place.field:
        try:
            value = str(json.loads(value)[place.field])
        except (ValueError, KeyError, TypeError):
            return f"{place}: no JSON object with that key"
    wrong = dsn_problem(value.strip())
    return f"what {place} holds is no DSN: {wrong}" if wrong else ""


def _read(place: DsnPlace, reader: Reader) -> str:
    region = place.name.split(":")[3] if place.name.startswith("arn:") else None
    client = reader.aws.client(place.service, region=region)
    if place.service == "ssm":
        return str(client.get_parameter(Name=place.name, WithDecryption=True)["Parameter"]["Value"])
    return str(client.get_secret_value(SecretId=place.name).get("SecretString", ""))
