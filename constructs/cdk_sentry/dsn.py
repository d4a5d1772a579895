"""Where a function's DSN comes from: the alternatives, and what each needs of the stack."""

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass

from aws_cdk import ArnFormat, Stack, Token
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from .dsn_text import DEFAULT_PARAMETER, dsn_problem
from .errors import Problems, is_known


@dataclass(frozen=True)
class _Named:
    """Something with a name: how names look, for a machine and in words."""

    example: str
    characters: str
    said: str


# docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html, "parameter name requirements"
_PARAMETER = _Named("an SSM parameter, such as '/Sentry/Dsn'", r"[A-Za-z0-9_./-]+", "letters, digits, '.-_/'")
# docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html, "Name"
_SECRET = _Named("a secret, or its ARN", r"[A-Za-z0-9/_+=.@-]+", "letters, digits, '/_+=.@-'")


class Dsn(ABC):
    """The address that events are sent to. Made by one of the static methods."""

    @staticmethod
    def from_ssm(name: str = DEFAULT_PARAMETER) -> "Dsn":
        """An SSM parameter of type String, resolved by CloudFormation at each deployment.

        The DSN is then an environment variable: no permission, no call and no time at run time.

        Args:
            name: the parameter's name; `/Sentry/Dsn` when left out. `{service}` in it stands for the function's
                service, for one Sentry project per microservice.
        """
        return _SsmDsn(name)

    @staticmethod
    def literal(dsn: str) -> "Dsn":
        """A DSN written into the template, where everybody who may read the stack can read it.

        Args:
            dsn: `https://key@host/project_id`, as Sentry's project settings show it.
        """
        return _LiteralDsn(dsn)

    @staticmethod
    def from_secure_ssm(name: str = DEFAULT_PARAMETER, *, encryption_key: kms.IKey | None = None) -> "Dsn":
        """An SSM parameter of type SecureString, read by the function itself when it first has something to report.

        CloudFormation cannot put a SecureString into an environment variable. A function that has nothing to report
        never reads it; the permission to do so is added to its role.

        Args:
            name: the parameter's name or ARN; `/Sentry/Dsn` when left out. `{service}` stands for the function's
                service.
            encryption_key: the key that it is encrypted with, if that is not the account's `aws/ssm`.
        """
        return _SecureSsmDsn(name, encryption_key)

    @staticmethod
    def from_secret(
        secret: secretsmanager.ISecret | str, *, field: str | None = None, encryption_key: kms.IKey | None = None
    ) -> "Dsn":
        """A secret of AWS Secrets Manager, read by the function itself when it first has something to report.

        Args:
            secret: the secret, or its name or ARN. `{service}` in a name stands for the function's service.
            field: the key whose value is the DSN, if the secret is a JSON object; the whole secret when left out.
            encryption_key: the key that it is encrypted with, if that is not the account's `aws/secretsmanager`.
                Known already when `secret` is a construct.
        """
        return _SecretDsn(secret, field, encryption_key)

    @abstractmethod
    def check(self, problems: Problems) -> None:
        """Notes what is wrong with the arguments."""

    def check_service(self, service: str, problems: Problems) -> None:
        """Notes a service that cannot stand in for `{service}`.

        Args:
            service: as it was given, not empty.
            problems: where to.
        """

    @abstractmethod
    def environment_variables(self, scope: Construct, service: str) -> dict[str, str]:
        """The variables that tell the run time about this DSN.

        Args:
            scope: where a template parameter may be declared; each stack has its own.
            service: replaces `{service}` in a name.
        """

    def permissions(self, scope: Construct, service: str) -> list[iam.PolicyStatement]:  # noqa: ARG002  (interface)
        """What a function's role must be allowed to read the DSN; nothing where it is an environment variable.

        Args:
            scope: says which partition, region and account.
            service: replaces `{service}` in a name.
        """
        return []

    @property
    def is_literal(self) -> bool:
        """Whether the DSN can be read in the template."""
        return False


@dataclass(frozen=True)
class _SsmDsn(Dsn):
    name: str

    def check(self, problems: Problems) -> None:
        given = f"Dsn.from_ssm({self.name!r})"
        if _is_arn(self.name):
            problems.add("dsn", given, "the name of an SSM parameter, no ARN", "Give the part after ':parameter'.")
        elif isinstance(self.name, str) and not is_known(self.name):
            problems.add("dsn", given, f"the name of {_PARAMETER.example}, known at synth", "Write it out.")
        else:
            _check_name(self.name, given, _PARAMETER, problems)

    def check_service(self, service: str, problems: Problems) -> None:
        _check_service(self.name, service, _PARAMETER, problems)
        if _depends_on_service(self.name) and not is_known(service):
            problems.add(
                "service",
                service,
                f"a service known at synth, as it is part of the DSN's name {self.name!r}",
                "Give it as text, or a name without {service}.",
            )

    def environment_variables(self, scope: Construct, service: str) -> dict[str, str]:
        # Only now is it known of a service that is an AWS tag or the stack's name.
        problems = Problems(f"Stack {Stack.of(scope).node.path!r}, a function's service")
        self.check_service(service, problems)
        problems.raise_if_any()
        name = _of_service(self.name, service)
        # A template parameter, not {{resolve:ssm:...}}: CloudFormation then reads the value at every deployment,
        # also when nothing else changed, and shows in the console which parameter is used.
        return {"SENTRY_DSN": ssm.StringParameter.value_for_string_parameter(scope, name)}


@dataclass(frozen=True)
class _SecureSsmDsn(Dsn):
    name: str
    encryption_key: kms.IKey | None

    def check(self, problems: Problems) -> None:
        given = f"Dsn.from_secure_ssm({self.name!r})"
        _check_name(self.name, given, _PARAMETER, problems)

    def check_service(self, service: str, problems: Problems) -> None:
        _check_service(self.name, service, _PARAMETER, problems)

    def environment_variables(self, scope: Construct, service: str) -> dict[str, str]:  # noqa: ARG002  (interface)
        return {"SENTRY_DSN_SSM_PARAMETER": _of_service(self.name, service)}

    def permissions(self, scope: Construct, service: str) -> list[iam.PolicyStatement]:
        name = _of_service(self.name, service)
        resource = name.removeprefix("/")
        own = Stack.of(scope).format_arn
        arn = name if _is_arn(name) else own(service="ssm", resource="parameter", resource_name=resource)
        read = iam.PolicyStatement(actions=["ssm:GetParameter"], resources=[arn])
        # For the account's own aws/ssm key its key policy suffices; one's own key must be named.
        return [read, *_decrypt(self.encryption_key, {"kms:EncryptionContext:PARAMETER_ARN": arn})]


@dataclass(frozen=True)
class _SecretDsn(Dsn):
    secret: secretsmanager.ISecret | str
    field: str | None
    key: kms.IKey | None

    def check(self, problems: Problems) -> None:
        if not hasattr(self.secret, "secret_arn"):
            _check_name(self.secret, f"Dsn.from_secret({self.secret!r})", _SECRET, problems)
        if self.field == "":
            problems.add("dsn", "Dsn.from_secret(field='')", "a key of the secret's JSON", "Leave it out for no JSON.")

    def check_service(self, service: str, problems: Problems) -> None:
        _check_service(self.secret, service, _SECRET, problems)

    def environment_variables(self, scope: Construct, service: str) -> dict[str, str]:  # noqa: ARG002  (interface)
        identifier = _of_service(self.secret, service) if isinstance(self.secret, str) else self.secret.secret_arn
        field = {} if self.field is None else {"SENTRY_DSN_SECRET_FIELD": self.field}
        return {"SENTRY_DSN_SECRET": identifier, **field}

    def permissions(self, scope: Construct, service: str) -> list[iam.PolicyStatement]:
        key = self.key
        if not isinstance(self.secret, str):
            arn = self.secret.secret_full_arn or f"{self.secret.secret_arn}-??????"
            key = key or self.secret.encryption_key
        elif _is_arn(self.secret):
            arn = self.secret
        else:
            # Secrets Manager adds six characters of its own to every name.
            name = f"{_of_service(self.secret, service)}-??????"
            arn = Stack.of(scope).format_arn(
                service="secretsmanager",
                resource="secret",
                resource_name=name,
                arn_format=ArnFormat.COLON_RESOURCE_NAME,
            )
        read = iam.PolicyStatement(actions=["secretsmanager:GetSecretValue"], resources=[arn])
        return [read, *_decrypt(key, {"kms:EncryptionContext:SecretARN": arn})]


@dataclass(frozen=True)
class _LiteralDsn(Dsn):
    dsn: str

    @property
    def is_literal(self) -> bool:
        return not Token.is_unresolved(self.dsn)

    def check(self, problems: Problems) -> None:
        if not isinstance(self.dsn, str):
            reason: str | None = "It is no text."
        else:
            reason = dsn_problem(self.dsn) if is_known(self.dsn) else None
        if reason:
            problems.add(
                "dsn",
                f"Dsn.literal({self.dsn!r})",
                "scheme://public_key@host[:port][/path]/project_id",
                f"{reason} Copy it from the project's settings in Sentry, 'Client Keys (DSN)'.",
            )

    def environment_variables(self, scope: Construct, service: str) -> dict[str, str]:  # noqa: ARG002  (interface)
        return {"SENTRY_DSN": self.dsn}


def _of_service(name: str, service: str) -> str:
    return name.replace("{service}", service)


def _depends_on_service(name: object) -> bool:
    return isinstance(name, str) and "{service}" in name


def _is_arn(name: object) -> bool:
    return isinstance(name, str) and name.startswith("arn:")


def _check_name(name: object, given: str, what: "_Named", problems: Problems) -> None:
    allowed, remedy = f"the name of {what.example}", "Give the name under which the DSN is stored."
    if not isinstance(name, str):
        problems.add("dsn", given, allowed, remedy)
    elif not is_known(name):
        return
    elif "://" in name:
        remedy = "This is a DSN: store it (`cdk-sentry dsn put`) and give the name, or use Dsn.literal."
        problems.add("dsn", given, allowed, remedy)
    elif re.search(r"[{}]", name.replace("{service}", "")):
        problems.add("dsn", given, f"{allowed}, in which {{service}} may stand", "Correct what is in braces.")
    elif _is_arn(name):
        if any(character.isspace() for character in name):
            problems.add("dsn", given, f"{allowed}, or an ARN, without spaces", "Copy the ARN again.")
    elif not re.fullmatch(what.characters, name.replace("{service}", "service")):
        problems.add("dsn", given, f"{allowed}, without spaces: {what.said}", remedy)
    elif what is _PARAMETER and "/" in name and not name.startswith("/"):
        problems.add("dsn", given, f"{allowed}: with a slash in it, it begins with one", f"Write {'/' + name!r}.")


def _check_service(name: object, service: str, what: "_Named", problems: Problems) -> None:
    if _depends_on_service(name) and is_known(service) and not re.fullmatch(what.characters, service):
        problems.add(
            "service", service, f"{what.said}, as it is part of the DSN's name {name!r}", "Name the service so."
        )


def _decrypt(key: kms.IKey | None, encryption_context: dict[str, str]) -> list[iam.PolicyStatement]:
    if key is None:
        return []
    conditions = {"StringLike": encryption_context}
    return [iam.PolicyStatement(actions=["kms:Decrypt"], resources=[key.key_arn], conditions=conditions)]
