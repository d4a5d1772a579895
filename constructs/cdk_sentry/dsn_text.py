"""A DSN as text: what it must look like, what it leads to, and what of it may be shown.

Nothing here imports aws_cdk: the command uses it too.

Source of the form: develop.sentry.dev/sdk/overview, "Parsing the DSN".
"""

from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

DEFAULT_PARAMETER = "/Sentry/Dsn"
"""The SSM parameter that a DSN is read from unless somebody says otherwise."""

_SHOWN = 4
_MIN_KEY_TO_SHOW = 16  # of a shorter one, four characters say too much


@dataclass(frozen=True)
class DsnParts:
    """A DSN taken apart.

    Attributes:
        scheme: `http` or `https`.
        public_key: says who sends.
        address: host, and port if it has one.
        path: of a Sentry below a path: `/` and the rest, without a slash at the end.
        project_id: the last part.
    """

    scheme: str
    public_key: str
    address: str
    path: str
    project_id: str

    @classmethod
    def of(cls, dsn: str) -> Self:
        """Takes a DSN apart.

        Args:
            dsn: one that `dsn_problem` finds nothing wrong with.
        """
        parts = urlsplit(dsn)
        path, _, project_id = parts.path.rpartition("/")
        return cls(parts.scheme, parts.username or "", parts.netloc.rpartition("@")[2], path, project_id)

    @property
    def envelope_url(self) -> str:
        """Where envelopes go (develop.sentry.dev/sdk/data-model/envelopes, "HTTP Ingestion")."""
        return f"{self.scheme}://{self.address}{self.path}/api/{self.project_id}/envelope/"

    @property
    def masked(self) -> str:
        """The DSN without what makes it usable; keys can still be told apart."""
        shown = self.public_key[:_SHOWN] if len(self.public_key) >= _MIN_KEY_TO_SHOW else ""
        return f"{self.scheme}://{shown}***@{self.address}{self.path}/{self.project_id}"


def dsn_problem(dsn: str) -> str | None:
    """Says what is wrong with a DSN, or None if nothing is. Never repeats it.

    Args:
        dsn: the text to look at.
    """
    try:
        parts = urlsplit(dsn)
        _ = parts.port
    except ValueError:
        return "It cannot be parsed: its host or port is none."
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
