"""The release that every event is tagged with."""

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass

from .errors import Problems, is_known
from .git import current_checkout

MAX_LENGTH = 200
# docs.sentry.io, "Releases": these are refused, and the SDK would drop them without a word.
_FORBIDDEN = re.compile(r"[\n\r\t/\\]")
_RESERVED = frozenset({".", "..", " ", "", "latest"})


class Release(ABC):
    """Which version of the code is deployed. Made by one of the static methods."""

    @staticmethod
    def from_git(*, package: str | None = None) -> "Release":
        """The commit that is being synthesized, from the variables of the usual CI services or from Git.

        Outside Git no release is set, and synth says so in a warning.

        Args:
            package: makes the release `package@commit`, which Sentry recommends when one organisation has several
                packages; the commit alone when left out.
        """
        return _GitRelease(package)

    @staticmethod
    def literal(release: str) -> "Release":
        r"""A release named by the caller, such as `activity@1.4.2`.

        Args:
            release: at most 200 characters, without newline, tab, `/` and `\`.
        """
        return _LiteralRelease(release)

    @staticmethod
    def none() -> "Release":
        """No release at all, and no warning about it."""
        return _NoRelease()

    @abstractmethod
    def check(self, problems: Problems) -> None:
        """Notes what is wrong with the arguments."""

    @abstractmethod
    def name(self) -> str | None:
        """The release, or None where there is none."""

    @property
    def wanted(self) -> bool:
        """Whether a missing name is worth a warning."""
        return True


def as_release(given: "Release | str") -> "Release":
    """The release that a user may have written as text."""
    return Release.literal(given) if isinstance(given, str) else given


def check_release(release: Release, problems: Problems) -> None:
    """Notes what is no release, and what Sentry would refuse as one."""
    problems.expect_checked("release", release, Release, "Give it as text, or as Release.literal('activity@1.4.2').")


@dataclass(frozen=True)
class _GitRelease(Release):
    package: str | None

    def check(self, problems: Problems) -> None:
        if self.package is not None:
            _check_name(self.package, f"Release.from_git(package={self.package!r})", problems)

    def name(self) -> str | None:
        commit = current_checkout().commit
        return commit if commit is None or self.package is None else f"{self.package}@{commit}"


@dataclass(frozen=True)
class _LiteralRelease(Release):
    release: str

    def check(self, problems: Problems) -> None:
        _check_name(self.release, f"Release.literal({self.release!r})", problems)

    def name(self) -> str:
        return self.release


@dataclass(frozen=True)
class _NoRelease(Release):
    def check(self, problems: Problems) -> None:
        pass

    def name(self) -> None:
        return None

    @property
    def wanted(self) -> bool:
        return False


def _check_name(name: str, given: str, problems: Problems) -> None:
    if not isinstance(name, str) or (is_known(name) and _is_refused(name)):
        problems.add(
            "release",
            given,
            f"1 to {MAX_LENGTH} characters without newline, tab, '/' and '\\', and not '.', '..' or 'latest'",
            "Sentry drops others silently. Use a version or a commit, such as 'activity@1.4.2'.",
        )


def _is_refused(name: str) -> bool:
    return len(name) > MAX_LENGTH or name in _RESERVED or _FORBIDDEN.search(name) is not None
