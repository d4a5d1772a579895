"""What is said when an argument cannot be used: all problems at once, each with value, allowed values and remedy."""

from typing import Protocol

from aws_cdk import Token


class ConfigurationError(ValueError):
    """One or more arguments cannot be used; the message lists every one of them."""


class Problems:
    """Collects problems so that somebody with three mistakes does not need three runs to learn of them.

    Args:
        subject: what was being configured, e.g. `SentryMonitoring 'Sentry'`; begins the message.
    """

    def __init__(self, subject: str) -> None:
        self._subject = subject
        self._found: list[str] = []

    def add(self, parameter: str, value: object, allowed: str, remedy: str) -> None:
        """Notes one problem.

        Args:
            parameter: the argument's name as the caller wrote it.
            value: what was given.
            allowed: what may be given, as the end of the sentence "allowed is ...".
            remedy: what to do, a whole sentence.
        """
        self._found.append(f"{parameter}={_shortened(repr(value))}: allowed is {allowed}. {remedy}")

    def raise_if_any(self) -> None:
        """Raises ConfigurationError when there is anything to say."""
        if self._found:
            listed = "\n".join(f"  - {problem}" for problem in self._found)
            count = "1 problem" if len(self._found) == 1 else f"{len(self._found)} problems"
            raise ConfigurationError(f"{self._subject}: {count}\n{listed}")


class Checked(Protocol):
    """An argument that knows what may be wrong with it."""

    def check(self, problems: Problems) -> None:
        """Notes what is wrong with it."""


def is_known(value: object) -> bool:
    """Whether a value is known at synth: a token is a placeholder for later, and nothing can be said about it."""
    return not Token.is_unresolved(value)


def _shortened(text: str, limit: int = 120) -> str:
    return text if len(text) <= limit else f"{text[: limit - 3]}..."
