"""`dsn put` and `dsn get`: the DSN in SSM."""

import argparse
from datetime import datetime
from typing import TypedDict, cast

from botocore.exceptions import ClientError

from ...dsn_text import DEFAULT_PARAMETER, DsnParts, dsn_problem
from ..aws import Aws
from ..command import Exit, Invocation
from ..errors import CommandError, code_of
from .given import read_dsn

_SECURE = "SecureString"
_DESCRIPTION = "Where Lambda functions report to Sentry; stored by cdk-sentry"


class Parameter(TypedDict):
    """What is used here of a parameter as SSM gives it."""

    Name: str
    Value: str
    Type: str
    Version: int
    LastModifiedDate: datetime


def put(invocation: Invocation) -> Exit:
    """`dsn put`."""
    options, output = invocation.options, invocation.output
    if options.kms_key and not options.secure:
        raise CommandError("--kms-key encrypts a SecureString: add --secure, or leave it out")
    name, dsn = parameter_name(options), read_dsn(options.dsn)
    kind = _SECURE if options.secure else "String"
    key = {"KeyId": options.kms_key} if options.kms_key else {}
    client = invocation.aws.client("ssm")
    try:
        version = client.put_parameter(
            Name=name, Value=dsn, Type=kind, Overwrite=options.overwrite, Description=_DESCRIPTION, **key
        )["Version"]
    except ClientError as error:
        if code_of(error) != "ParameterAlreadyExists":
            raise
        raise CommandError(f"there is a parameter {name} already: --overwrite replaces its value") from None
    masked, region = DsnParts.of(dsn).masked, client.meta.region_name
    output.result({"name": name, "type": kind, "version": version, "region": region, "dsn": masked})
    output.say(f"Stored {masked} as {kind} {name}, version {version}, in {region}.")
    output.say(_use(name, kind))
    return Exit.FINE


def get(invocation: Invocation) -> Exit:
    """`dsn get`: finds something where what is stored is no DSN."""
    stored, output = find(invocation.aws, parameter_name(invocation.options)), invocation.output
    problem = dsn_problem(stored["Value"])
    masked = None if problem else DsnParts.of(stored["Value"]).masked
    name, kind, version, modified = stored["Name"], stored["Type"], stored["Version"], stored["LastModifiedDate"]
    output.result(
        {
            "name": name,
            "type": kind,
            "version": version,
            "modified": modified.isoformat(),
            "dsn": masked,
            "problem": problem,
        }
    )
    output.say(f"{name}: {masked or 'no DSN'} ({kind}, version {version}, {modified:%Y-%m-%d %H:%M})")
    output.say(f"{problem} `cdk-sentry dsn put --overwrite` replaces it." if problem else _use(name, kind))
    return Exit.FOUND if problem else Exit.FINE


def parameter_name(options: argparse.Namespace) -> str:
    """The SSM parameter that --name or --service stands for."""
    return f"/Sentry/{options.service}/Dsn" if options.service else options.name or DEFAULT_PARAMETER


def find(aws: Aws, name: str) -> Parameter:
    """The parameter that should hold a DSN.

    Args:
        aws: the account and region.
        name: of the parameter.

    Raises:
        CommandError: there is none.
    """
    client = aws.client("ssm")
    try:
        return cast("Parameter", client.get_parameter(Name=name, WithDecryption=True)["Parameter"])
    except ClientError as error:
        if code_of(error) != "ParameterNotFound":
            raise
        where = client.meta.region_name
        raise CommandError(f"there is no parameter {name} in {where}: `cdk-sentry dsn put` stores a DSN") from None


def _use(name: str, kind: str) -> str:
    if kind == _SECURE:
        return f'Functions read it themselves: SentryMonitoring(stack, "Sentry", dsn=Dsn.from_secure_ssm("{name}")).'
    if name == DEFAULT_PARAMETER:
        return 'Functions get it when they are deployed next: SentryMonitoring(stack, "Sentry").'
    return (
        f'Functions get it when they are deployed next: SentryMonitoring(stack, "Sentry", dsn=Dsn.from_ssm("{name}")).'
    )
