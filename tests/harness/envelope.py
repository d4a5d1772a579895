"""Sentry's envelope format, read (develop.sentry.dev/sdk/data-model/envelopes/)."""

import functools
import gzip
import json
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

AUTH_MISSING = b'{"detail":"missing or unknown public key"}'


class EnvelopeError(ValueError):
    """The bytes are no envelope."""


@dataclass(frozen=True)
class Item:
    """One item: an event, a transaction, a client report, a log batch, an attachment.

    Attributes:
        headers: the item's header line.
        payload: its bytes.
    """

    headers: dict[str, Any]
    payload: bytes

    @property
    def type(self) -> str:
        """Such as `event`."""
        return str(self.headers["type"])

    @functools.cached_property
    def json(self) -> dict[str, Any]:
        """The payload, decoded."""
        decoded: dict[str, Any] = json.loads(self.payload)
        return decoded


@dataclass(frozen=True)
class Envelope:
    """One envelope.

    Attributes:
        headers: the envelope's header line.
        items: in order.
    """

    headers: dict[str, Any]
    items: tuple[Item, ...]


def parse_envelope(body: bytes, http_headers: Mapping[str, str]) -> Envelope:
    """Decodes a request's body.

    Raises:
        EnvelopeError: it is none; the message has its beginning.
    """
    try:
        data = gzip.decompress(body) if http_headers.get("content-encoding") == "gzip" else body
        first, _, rest = data.partition(b"\n")
        return Envelope(json.loads(first), tuple(_items(rest)))
    except (ValueError, KeyError, OSError, EOFError) as error:
        raise EnvelopeError(f"no envelope ({error}): {body[:200]!r}") from error


def public_key_of(target: str, http_headers: Mapping[str, str]) -> str | None:
    """The DSN's key as sent in `X-Sentry-Auth` or in the query, or None."""
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(target).query)
    if "sentry_key" in query:
        return query["sentry_key"][0]
    for part in http_headers.get("x-sentry-auth", "").removeprefix("Sentry ").split(","):
        name, _, value = part.strip().partition("=")
        if name == "sentry_key":
            return value
    return None


def _items(data: bytes) -> list[Item]:
    items = []
    while data.strip():
        line, _, data = data.partition(b"\n")
        headers = json.loads(line)
        length = headers.get("length", data.find(b"\n") if b"\n" in data else len(data))
        items.append(Item(headers, data[:length]))
        data = data[length:].removeprefix(b"\n")
    return items
