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

    def expect(self, parameter: str, value: object, kinds: type | tuple[type, ...], allowed: str, remedy: str) -> bool:
        """Notes a value of the wrong type, before anything is asked of it; says whether its type is right.

        Args:
            parameter: as for `add`.
            value: as for `add`; tokens have the type of what they stand for.
            kinds: types that it may have. True and False are no numbers.
            allowed: as for `add`.
            remedy: as for `add`.
        """
        listed = kinds if isinstance(kinds, tuple) else (kinds,)
        fits = isinstance(value, listed) and (bool in listed or not isinstance(value, bool))
        if not fits:
            self.add(parameter, value, allowed, remedy)
        return fits

    def expect_checked(self, parameter: str, value: "Checked", kind: type, remedy: str) -> None:
        """Notes a value of the wrong type, and what is wrong with one of the right type.

        Args:
            parameter: as for `add`.
            value: as for `add`.
            kind: the type that it must have.
            remedy: as for `add`, where the type is wrong.
        """
        if self.expect(parameter, value, kind, f"an instance of {kind.__name__}", remedy):
            value.check(self)

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
