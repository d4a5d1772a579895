"""A small threaded HTTP/1.1 server on raw sockets, for peers that must misbehave or be timed exactly.

`http.server` can do neither: it writes a response in several segments and hides the connection.
"""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Self

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class HttpRequest:
    """One request as it came over the wire.

    Attributes:
        method: such as `POST`.
        target: path and query as sent.
        headers: names in lower case; of a repeated header the last value.
        body: whole body, chunks joined, not decompressed.
        received_ns: monotonic time at which the last byte was there.
        trailers: headers after a chunked body, names in lower case.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    received_ns: int
    trailers: Mapping[str, str]


class BadRequestError(ValueError):
    """What came is not HTTP, for example a TLS handshake."""


class Connection:
    """One accepted connection: requests are read from it, bytes written to it."""

    def __init__(self, peer: socket.socket, number: int) -> None:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = peer
        self.number = number
        self._reader: BinaryIO = peer.makefile("rb")

    def read_request(self) -> HttpRequest | None:
        """The next request, or None when the peer has closed.

        Raises:
            BadRequestError: what came is not HTTP.
        """
        line = self._reader.readline(65536)
        if not line:
            return None
        try:
            method, target, _version = line.decode("ascii").split()
        except ValueError as error:
            raise BadRequestError(f"not a request line: {line[:80]!r}") from error
        headers = self._read_headers()
        if headers.get("expect", "").lower() == "100-continue":
            self.socket.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        trailers: dict[str, str] = {}
        if headers.get("transfer-encoding", "").lower() == "chunked":
            body, trailers = self._read_chunks()
        else:
            body = self._reader.read(int(headers.get("content-length", "0")))
        return HttpRequest(method, target, headers, body, time.monotonic_ns(), trailers)

    def send(
        self,
        status: int,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        reason: str = "Scripted",
    ) -> None:
        """Sends one whole response in one segment."""
        self.socket.sendall(render_response(status, body, headers, reason))

    def peer_has_closed(self) -> bool:
        """Whether the peer closed while it was waiting for us; never blocks."""
        try:
            return self.socket.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True

    def close(self) -> None:
        """Closes at once, also under a thread that reads or writes."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError):
            self.socket.close()

    def _read_headers(self) -> dict[str, str]:
        headers = {}
        while (line := self._reader.readline(1 << 21)) not in (b"\r\n", b"\n", b""):
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        return headers

    def _read_chunks(self) -> tuple[bytes, dict[str, str]]:
        parts = []
        while size := int(self._reader.readline().split(b";")[0] or b"0", 16):
            parts.append(self._reader.read(size))
            self._reader.readline()
        return b"".join(parts), self._read_headers()


def render_response(
    status: int, body: bytes = b"", headers: Mapping[str, str] | None = None, reason: str = "Scripted"
) -> bytes:
    """The bytes of a response with a Content-Length."""
    lines = [f"HTTP/1.1 {status} {reason}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


class ThreadedServer:
    """Listens on a free loopback port and gives every connection a thread of its own."""

    def __init__(self, serve: Callable[[Connection], None], name: str, tls: ssl.SSLContext | None = None) -> None:
        """Does not listen before `start`.

        Args:
            serve: called with each connection; the connection is closed when it returns or raises OSError.
            name: of the threads, for stack dumps.
            tls: with it the server speaks TLS.
        """
        self._serve = serve
        self._name = name
        self._tls = tls
        self._lock = threading.Lock()
        self._connections: set[Connection] = set()
        self._listener: socket.socket | None = None
        self.port = 0
        self.connection_count = 0

    def start(self) -> Self:
        """Listens; on the same port as before when it was stopped."""
        listener = socket.create_server((LOOPBACK, self.port), backlog=128)
        self.port = listener.getsockname()[1]
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), name=self._name, daemon=True).start()
        return self

    def stop(self) -> None:
        """Closes the port and every connection; connecting is refused from here on."""
        if self._listener is not None:
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        self.drop_connections()

    def drop_connections(self) -> None:
        """Closes every open connection, whatever it is doing."""
        with self._lock:
            open_now = list(self._connections)
        for connection in open_now:
            connection.close()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            self.connection_count += 1
            arguments = (peer, self.connection_count)
            threading.Thread(target=self._run, args=arguments, name=self._name, daemon=True).start()

    def _run(self, peer: socket.socket, number: int) -> None:
        # Errors here are the peer's doing: it went away in the middle, or what it sends is no HTTP or TLS.
        with contextlib.suppress(OSError, BadRequestError):
            connection = Connection(self._tls.wrap_socket(peer, server_side=True) if self._tls else peer, number)
            with self._lock:
                self._connections.add(connection)
            try:
                self._serve(connection)
            finally:
                connection.close()
                with self._lock:
                    self._connections.discard(connection)
        peer.close()
