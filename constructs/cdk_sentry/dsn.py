"""Where a function's DSN comes from: the alternatives, and what each needs of the stack."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from urllib.parse import urlsplit

from aws_cdk import Token
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from .errors import Problems, is_known

DEFAULT_PARAMETER = "/Sentry/Dsn"


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

    @abstractmethod
    def check(self, problems: Problems) -> None:
        """Notes what is wrong with the arguments."""

    @abstractmethod
    def environment_variables(self, scope: Construct, service: str) -> dict[str, str]:
        """The variables that tell the run time about this DSN.

        Args:
            scope: where a template parameter may be declared; each stack has its own.
            service: replaces `{service}` in a name.
        """


@dataclass(frozen=True)
class _SsmDsn(Dsn):
    name: str

    def check(self, problems: Problems) -> None:
        if not is_known(self.name):
            return
        if "://" in self.name:
            problems.add(
                "dsn",
                f"Dsn.from_ssm({self.name!r})",
                "the name of an SSM parameter, such as '/Sentry/Dsn'",
                "This is a DSN: store it (`aws ssm put-parameter --type String --name /Sentry/Dsn --value <dsn>`) "
                "and give the name, or use Dsn.literal.",
            )
        elif not self.name or any(character.isspace() for character in self.name):
            problems.add(
                "dsn",
                f"Dsn.from_ssm({self.name!r})",
                "the name of an SSM parameter, such as '/Sentry/Dsn', without spaces",
                "Give the name under which the DSN is stored.",
            )

    def environment_variables(self, scope: Construct, service: str) -> dict[str, str]:
        name = self.name.replace("{service}", service)
        # A template parameter, not {{resolve:ssm:...}}: CloudFormation then reads the value at every deployment,
        # also when nothing else changed, and shows in the console which parameter is used.
        return {"SENTRY_DSN": ssm.StringParameter.value_for_string_parameter(scope, name)}


@dataclass(frozen=True)
class _LiteralDsn(Dsn):
    dsn: str

    def check(self, problems: Problems) -> None:
        if Token.is_unresolved(self.dsn):
            return
        reason = dsn_problem(self.dsn)
        if reason:
            problems.add(
                "dsn",
                f"Dsn.literal({self.dsn!r})",
                "scheme://public_key@host[:port][/path]/project_id",
                f"{reason} Copy it from the project's settings in Sentry, 'Client Keys (DSN)'.",
            )

    def environment_variables(self, scope: Construct, service: str) -> dict[str, str]:  # noqa: ARG002  (interface)
        return {"SENTRY_DSN": self.dsn}


def dsn_problem(dsn: str) -> str | None:
    """Says what is wrong with a DSN, or None if nothing is.

    Args:
        dsn: the text to look at.

    Source of the form: develop.sentry.dev/sdk/overview, "Parsing the DSN".
    """
    try:
        parts = urlsplit(dsn)
        _ = parts.port
    except ValueError as error:
        return f"It cannot be parsed: {error}."
    project_id = parts.path.rsplit("/", 1)[-1]
    findings = (
        (parts.scheme not in ("http", "https"), "Its scheme is neither http nor https."),
        (not parts.username, "It has no public key before '@'."),
        (not parts.hostname, "It has no host."),
        (not project_id, "It does not end in a project id."),
        (
            not dsn.isascii() or any(c.isspace() for c in dsn),
            "It holds white space or characters beyond ASCII.",
        ),
    )
    return next((text for wrong, text in findings if wrong), None)
