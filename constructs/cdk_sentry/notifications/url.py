"""Where the address of a webhook comes from: such an address is itself a key."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from urllib.parse import urlsplit

from aws_cdk import SecretValue
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from ..errors import Problems, is_known


class Url(ABC):
    """An https address. Made by one of the static methods.

    Wherever it comes from, whoever may list the subscriptions of the topic can read it there.
    """

    @staticmethod
    def literal(url: str) -> "Url":
        """The address itself, which then stands in the template.

        Args:
            url: begins with `https://`.
        """
        return _Literal(url)

    @staticmethod
    def from_ssm(name: str) -> "Url":
        """An SSM parameter of type String, read at each deployment.

        Args:
            name: such as `/PagerDuty/Url`.
        """
        return _Ssm(name)

    @staticmethod
    def from_secret(name: str, *, field: str | None = None) -> "Url":
        """A secret of Secrets Manager, read at deployment, whenever the subscription changes.

        Args:
            name: its name or ARN.
            field: the key whose value is the address, if the secret is a JSON object; the whole secret when left out.
        """
        return _Secret(name, field)

    @abstractmethod
    def check(self, target: str, problems: Problems) -> None:
        """Notes what is wrong.

        Args:
            target: what the address is for, such as `Notify.webhook`.
            problems: where to.
        """

    @abstractmethod
    def value(self, scope: Construct) -> str:
        """The address, or what CloudFormation puts in for it.

        Args:
            scope: of the template that needs it.
        """


@dataclass(frozen=True)
class _Literal(Url):
    url: str

    def check(self, target: str, problems: Problems) -> None:
        if not isinstance(self.url, str) or (is_known(self.url) and not _is_https(self.url)):
            problems.add(
                "notify", f"{target}({self.url!r})", "an https:// address", "SNS must not send it in the open."
            )

    def value(self, scope: Construct) -> str:  # noqa: ARG002  (interface)
        return self.url


@dataclass(frozen=True)
class _Ssm(Url):
    name: str

    def check(self, target: str, problems: Problems) -> None:
        given = f"{target}(Url.from_ssm({self.name!r}))"
        if isinstance(self.name, str) and not is_known(self.name):
            problems.add("notify", given, "the name of an SSM parameter, known at synth", "Write it out.")
        else:
            _check_name(self.name, given, "an SSM parameter", problems)

    def value(self, scope: Construct) -> str:
        return ssm.StringParameter.value_for_string_parameter(scope, self.name)


@dataclass(frozen=True)
class _Secret(Url):
    name: str
    field: str | None

    def check(self, target: str, problems: Problems) -> None:
        _check_name(self.name, f"{target}(Url.from_secret({self.name!r}))", "a secret", problems)

    def value(self, scope: Construct) -> str:  # noqa: ARG002  (interface)
        # A dynamic reference: the template holds the secret's name, not its value.
        return SecretValue.secrets_manager(self.name, json_field=self.field).unsafe_unwrap()


def as_url(url: Url | str) -> Url:
    """A text is the address itself; so is, for its check to refuse, what is no Url."""
    return url if isinstance(url, Url) else Url.literal(url)


def _is_https(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname)


def _check_name(name: str, given: str, what: str, problems: Problems) -> None:
    if not isinstance(name, str) or (
        is_known(name) and (not name or "://" in name or any(each.isspace() for each in name))
    ):
        problems.add("notify", given, f"the name of {what}", "Store the address there, and give the name.")
