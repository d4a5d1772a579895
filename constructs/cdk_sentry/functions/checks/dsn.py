"""The DSN: whether everybody can read it, and whether the function can."""

from collections.abc import Iterator

from ..report import Finding
from ..variables import DSN_VARIABLES
from .check import Subject


def literal_dsn(subject: Subject) -> Iterator[Finding]:
    """A DSN in the template."""
    if subject.settings.dsn.is_literal and any(name in subject.changes.variables for name in DSN_VARIABLES):
        yield Finding(
            "literal-dsn",
            "warning",
            f"{subject.function.path}: its DSN is written into the template, where everybody who may read the stack "
            "can read it. Store it in SSM and use Dsn.from_ssm.",
        )


def unreadable_dsn(subject: Subject) -> Iterator[Finding]:
    """A role that the kit cannot allow to read the DSN."""
    if subject.permitted is False:
        yield Finding(
            "role-elsewhere",
            "warning",
            f"{subject.function.path}: it reads its DSN when it first has something to report, and its role is not in "
            "this template, so the kit cannot allow it to. Allow the role ssm:GetParameter on the parameter, or "
            "secretsmanager:GetSecretValue on the secret, and kms:Decrypt on its key if that is one of your own; or "
            "use Dsn.from_ssm, which needs no permission.",
        )
