"""Links into Sentry for people: from an alarm or a dashboard to the issues of a function and environment."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from .errors import Problems, is_known

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]*")
_ADDRESS = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class SentryLinks:
    """Where an organization's issues are.

    Attributes:
        organization: its slug at sentry.io, or the address of its pages at a Sentry of one's own; None: no links.
        environment: that issues are searched in.
    """

    organization: str | None
    environment: str | None

    def check(self, problems: Problems) -> None:
        """Notes what cannot be part of an address."""
        given = self.organization
        if given is None:
            return
        if not isinstance(given, str) or (
            is_known(given) and not (_SLUG.fullmatch(given) or _ADDRESS.fullmatch(given))
        ):
            problems.add(
                "sentry_organization",
                given,
                "a slug such as 'acme', or an address such as 'https://sentry.example.com/organizations/acme'",
                "Copy it from the address of your issues: https://<slug>.sentry.io/issues/.",
            )

    def issues(self, query: str = "") -> str | None:
        """The address of a search for issues.

        Args:
            query: in Sentry's words; a token of CDK in it stays as it is.
        """
        if self.organization is None:
            return None
        base = self.organization if "://" in self.organization else f"https://{self.organization}.sentry.io"
        environment = f"&environment={_quoted(self.environment)}" if self.environment else ""
        return f"{base.rstrip('/')}/issues/?query={query.replace(' ', '%20')}{environment}"


def _quoted(text: str) -> str:
    return quote(text, safe="") if is_known(text) else text
