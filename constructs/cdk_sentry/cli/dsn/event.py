"""One event to Sentry, and what its answer means."""

import http.client
import json
import ssl
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from importlib.metadata import version

from ...dsn_text import DsnParts
from ..errors import CommandError

_TIMEOUT_S = 10
_MAX_ANSWER_BYTES = 10_000
_OK, _REDIRECTION, _CLIENT_ERROR, _SERVER_ERROR = 200, 300, 400, 500
# develop.sentry.dev/sdk/expected-features/rate-limiting; the rest as Sentry's Relay answers.
_MEANINGS = {
    400: "Sentry cannot read what it got: is a proxy in the way?",
    401: "Sentry does not know the key: copy the DSN from the project's settings again",
    403: "Sentry refuses the key: it is wrong or disabled, or the project is gone; look at 'Client Keys (DSN)'",
    404: "nothing takes events there: host, path or project id is wrong, or this is no Sentry",
    413: "too large, for a small event: a proxy in the way refuses it",
    429: "rate limited: the key, the project or the organisation has used up its quota",
}


@dataclass(frozen=True)
class Answer:
    """What Sentry answered.

    Attributes:
        event_id: of the event that was sent.
        status: of HTTP.
        meaning: in words.
        said: Sentry's own explanation; empty where it gave none.
        retry_after_s: for how long it wants to hear nothing, if it said so.
    """

    event_id: str
    status: int
    meaning: str
    said: str
    retry_after_s: int | None

    @property
    def accepted(self) -> bool:
        """Whether Sentry took the event."""
        return _OK <= self.status < _REDIRECTION


def send(dsn: str) -> Answer:
    """Sends one event of level info.

    Args:
        dsn: one that is well-formed.

    Raises:
        CommandError: nobody answered; says what stood in the way.
    """
    parts = DsnParts.of(dsn)
    event_id = uuid.uuid4().hex
    client = f"cdk-sentry/{version('cdk-sentry')}"
    request = urllib.request.Request(  # noqa: S310 - the DSN's scheme has been checked
        parts.envelope_url,
        data=_envelope(event_id),
        headers={
            "Content-Type": "application/x-sentry-envelope",
            "User-Agent": client,
            "X-Sentry-Auth": f"Sentry sentry_version=7, sentry_client={client}, sentry_key={parts.public_key}",
        },
    )
    try:
        with urllib.request.build_opener(_NoRedirects).open(request, timeout=_TIMEOUT_S) as response:
            return _answer(event_id, response.status, response.headers, response.read(_MAX_ANSWER_BYTES))
    except urllib.error.HTTPError as refusal:
        return _answer(event_id, refusal.code, refusal.headers, refusal.read(_MAX_ANSWER_BYTES))
    except (OSError, http.client.HTTPException) as error:
        raise CommandError(f"{parts.address} cannot be asked: {_obstacle(error)}") from None


def _envelope(event_id: str) -> bytes:
    now = datetime.now(UTC).isoformat()
    event = {
        "event_id": event_id,
        "timestamp": now,
        "platform": "other",
        "level": "info",
        "logger": "cdk-sentry",
        "message": "cdk-sentry dsn test",
    }
    lines: list[dict[str, str]] = [{"event_id": event_id, "sent_at": now}, {"type": "event"}, event]
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None  # urllib would go on with GET, and whatever it found there would look like an answer


def _answer(event_id: str, status: int, headers: Message, body: bytes) -> Answer:
    retry_after = headers.get("Retry-After", "")
    return Answer(
        event_id,
        status,
        _meaning(status, headers),
        _said(headers, body),
        int(retry_after) if retry_after.isdigit() else None,
    )


def _meaning(status: int, headers: Message) -> str:
    if status < _REDIRECTION:
        limits = headers.get("X-Sentry-Rate-Limits")
        return f"accepted, with limits from now on ({limits})" if limits else "accepted"
    if status < _CLIENT_ERROR:
        return (
            f"redirected to {headers.get('Location', 'nowhere')}: the DSN's scheme, host or path is not the right one"
        )
    if status >= _SERVER_ERROR:
        return "Sentry, or a proxy in the way, has trouble of its own: try again later"
    return _MEANINGS.get(status, "refused")


def _said(headers: Message, body: bytes) -> str:
    try:
        detail = json.loads(body)["detail"]
    except (ValueError, LookupError, TypeError):
        detail = headers.get("X-Sentry-Error", "")
    return " ".join(str(detail).split())


def _obstacle(error: Exception) -> str:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, ssl.SSLCertVerificationError):
        remedy = "is a proxy in the way? SSL_CERT_FILE names more authorities"
        return f"its certificate is not trusted ({reason.verify_message}): {remedy}"
    if isinstance(reason, ssl.SSLError):
        return f"TLS fails ({reason.reason or reason}): does the DSN's scheme fit?"
    if isinstance(reason, TimeoutError):
        return f"no answer in {_TIMEOUT_S} s: check the network, and HTTPS_PROXY if there is a proxy"
    if isinstance(reason, http.client.HTTPException):
        return f"what answers is no HTTP ({type(reason).__name__})"
    return f"{reason}: check the host in the DSN and the network"
