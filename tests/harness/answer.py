"""What a scripted server answers, and how badly."""

import json
import threading
from dataclasses import dataclass, field
from typing import Any

from tests.harness.http_server import Connection, render_response


@dataclass(frozen=True)
class Answer:
    """What a scripted server does with a request once it has read it. The default is a good day.

    Attributes:
        status: HTTP status.
        headers: such as `Retry-After` or `X-Sentry-Rate-Limits`.
        body: of the response.
        delay_ms: how long to wait before the first byte of the response.
        byte_interval_ms: pause before each byte; 0 sends the response at once.
        raw: sent in place of an HTTP response, for garbage.
        cut_after_bytes: closes the connection after so many bytes of the response.
        close_after: closes after the whole response, unannounced: the client is left with a stale connection.
        hang: never answers; the connection stays open until the server ends.
    """

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"{}"
    delay_ms: float = 0
    byte_interval_ms: float = 0
    raw: bytes | None = None
    cut_after_bytes: int | None = None
    close_after: bool = False
    hang: bool = False

    @classmethod
    def rate_limited(cls, retry_after_s: int = 60, limits: str | None = None) -> "Answer":
        """429, with `X-Sentry-Rate-Limits` where `limits` is given, else with `Retry-After`."""
        named = {"Retry-After": str(retry_after_s)} if limits is None else {"X-Sentry-Rate-Limits": limits}
        return cls(status=429, headers=named)

    @classmethod
    def garbage(cls) -> "Answer":
        """Bytes that are no HTTP, then the end of the connection."""
        return cls(raw=b"\x00\xff\x16\x03garbage\r\n\r\n\xfe" * 8, close_after=True)

    @classmethod
    def json(cls, body: Any, status: int = 200) -> "Answer":
        """A JSON document."""
        return cls(status, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(body).encode())

    @property
    def http_status(self) -> int | None:
        """The status that the client gets to see; None where it gets no HTTP."""
        return None if self.hang or self.raw is not None else self.status

    def send(self, connection: Connection, ended: threading.Event) -> bool:
        """Does as it says.

        Args:
            connection: to the client.
            ended: set when the server ends; no pause outlives it.

        Returns:
            Whether the connection stays open.
        """
        if self.hang:
            ended.wait()
            return False
        if self.delay_ms:
            ended.wait(self.delay_ms / 1000)
        response = self.raw
        if response is None:
            response = render_response(self.status, self.body, self.headers)
        if self.cut_after_bytes is not None:
            response = response[: self.cut_after_bytes]
        if self.byte_interval_ms:
            for byte in response:
                ended.wait(self.byte_interval_ms / 1000)
                connection.socket.sendall(bytes([byte]))
        else:
            connection.socket.sendall(response)
        return not self.close_after and self.cut_after_bytes is None
