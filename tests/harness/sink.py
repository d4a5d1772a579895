"""A scripted Sentry: takes envelopes on a free loopback port and answers as badly as it is told to.

with Sink() as sink:
    sink.answer = Answer(delay_ms=100)
    ...  # something that reports to sink.dsn
    (event,) = sink.wait_for_events(1)
"""

import contextlib
import functools
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tests.harness.answer import Answer
from tests.harness.envelope import AUTH_MISSING, Envelope, Item, parse_envelope, public_key_of
from tests.harness.http_server import LOOPBACK, Connection, HttpRequest, ThreadedServer

__all__ = ["PROJECT_ID", "PUBLIC_KEY", "UNRESOLVABLE_DSN", "Answer", "Received", "Sink", "refusing_dsn"]

PUBLIC_KEY = "0123456789abcdef0123456789abcdef"
PROJECT_ID = "42"
UNRESOLVABLE_DSN = f"https://{PUBLIC_KEY}@sentry.invalid/{PROJECT_ID}"
"""Its host has no address: `.invalid` is reserved for that (RFC 2606)."""


@dataclass(frozen=True)
class Received:
    """One request and what came of it.

    Attributes:
        request: as it came.
        status: what was answered; None where the answer was no HTTP or none at all.
        connection: the connection's number, from 1.
    """

    request: HttpRequest
    status: int | None
    connection: int

    @functools.cached_property
    def envelope(self) -> Envelope:
        """The decoded body; raises EnvelopeError if it is no envelope."""
        return parse_envelope(self.request.body, self.request.headers)


class Sink:
    """The scripted Sentry. A context manager; `answer` may be changed at any moment."""

    def __init__(self, answer: Answer | None = None, *, certificate: Path | None = None) -> None:
        """Listens once entered.

        Args:
            answer: what to do with requests; default: answer 200 at once.
            certificate: a PEM file with key and certificate; with it the sink speaks TLS.
        """
        self.answer = answer or Answer()
        self._scheme = "http" if certificate is None else "https"
        self._server = ThreadedServer(self._serve, "sink", _tls_context(certificate))
        self._arrived = threading.Condition()
        self._received: list[Received] = []
        self._ended = threading.Event()

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._server.stop()

    @property
    def dsn(self) -> str:
        """The DSN that leads here, https where the sink has a certificate."""
        return self._dsn(self._scheme)

    @property
    def https_dsn(self) -> str:
        """An https DSN whatever the sink speaks: without a certificate the handshake fails."""
        return self._dsn("https")

    def refuse(self) -> None:
        """Closes the port and all connections: connecting is refused from here on."""
        self._server.stop()

    def listen_again(self) -> None:
        """Opens the same port again after `refuse`."""
        self._server.start()

    def drop_connections(self) -> None:
        """Closes every open connection, as a load balancer does with idle ones."""
        self._server.drop_connections()

    @property
    def connection_count(self) -> int:
        """How many connections were accepted so far."""
        return self._server.connection_count

    @property
    def received(self) -> list[Received]:
        """Every whole request so far, in order of arrival."""
        with self._arrived:
            return list(self._received)

    @property
    def request_count(self) -> int:
        """How many whole requests arrived so far."""
        return len(self._received)

    @property
    def envelopes(self) -> list[Envelope]:
        """Every envelope so far, whatever was answered to it."""
        return [one.envelope for one in self.received]

    @property
    def items(self) -> list[Item]:
        """Every item of every envelope so far."""
        return [item for envelope in self.envelopes for item in envelope.items]

    @property
    def events(self) -> list[dict[str, Any]]:
        """The error and message events so far."""
        return [item.json for item in self.items if item.type == "event"]

    @property
    def transactions(self) -> list[dict[str, Any]]:
        """The transactions so far."""
        return [item.json for item in self.items if item.type == "transaction"]

    def wait_for_events(self, count: int, timeout_s: float = 10) -> list[dict[str, Any]]:
        """The events, once at least `count` have come; after `timeout_s` raises TimeoutError, naming what came."""
        self.wait_for(lambda: len(self.events) >= count, f"{count} events", timeout_s)
        return self.events

    def wait_for_transactions(self, count: int, timeout_s: float = 10) -> list[dict[str, Any]]:
        """The transactions, once at least `count` have come; raises TimeoutError after `timeout_s`."""
        self.wait_for(lambda: len(self.transactions) >= count, f"{count} transactions", timeout_s)
        return self.transactions

    def wait_for_requests(self, count: int, timeout_s: float = 10) -> list[Received]:
        """The requests, once at least `count` have come; raises TimeoutError after `timeout_s`."""
        self.wait_for(lambda: len(self._received) >= count, f"{count} requests", timeout_s)
        return self.received

    def wait_for(self, condition: Callable[[], bool], what: str, timeout_s: float = 10) -> None:
        """Waits until `condition()` holds; looked at whenever a request has come."""
        # The condition's lock is an RLock, so the condition may read the properties of this sink.
        with self._arrived:
            if not self._arrived.wait_for(condition, timeout_s):
                came = [item.type for item in self.items]
                raise TimeoutError(
                    f"no {what} within {timeout_s} s; {len(self._received)} requests came, items: {came}"
                )

    def _dsn(self, scheme: str) -> str:
        return f"{scheme}://{PUBLIC_KEY}@{LOOPBACK}:{self._server.port}/{PROJECT_ID}"

    def _serve(self, connection: Connection) -> None:
        while (request := connection.read_request()) is not None:
            answer = self._answer_to(request)
            with self._arrived:
                self._received.append(Received(request, answer.http_status, connection.number))
                self._arrived.notify_all()
            if not answer.send(connection, self._ended):
                return

    def _answer_to(self, request: HttpRequest) -> Answer:
        if not request.target.startswith(f"/api/{PROJECT_ID}/envelope/"):
            return Answer(status=404, body=b'{"detail":"no such project"}')
        if public_key_of(request.target, request.headers) != PUBLIC_KEY:
            return Answer(status=403, body=AUTH_MISSING)
        return self.answer


@contextlib.contextmanager
def refusing_dsn() -> Iterator[str]:
    """A DSN at a port that is taken but not listened at: connecting is refused, and nobody else gets it."""
    with socket.socket() as holder:
        holder.bind((LOOPBACK, 0))
        yield f"http://{PUBLIC_KEY}@{LOOPBACK}:{holder.getsockname()[1]}/{PROJECT_ID}"


def _tls_context(certificate: Path | None) -> ssl.SSLContext | None:
    if certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
