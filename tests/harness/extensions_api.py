"""The Extensions API beside our Runtime API, for extensions that register from inside the runtime's process.

Answers and error texts are those of AWS's Runtime Interface Emulator.
Source: docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html
"""

import json
import queue
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from tests.harness.http_server import Connection, HttpRequest

PREFIX = "/2020-01-01/extension/"


class Service(Enum):
    """How the API treats its callers."""

    SERVES = auto()
    REFUSES = auto()
    """Every call is answered 403."""
    HANGS = auto()
    """No call is ever answered."""
    CUTS = auto()
    """Every call's connection is closed without an answer."""


@dataclass
class Extension:
    """One that has registered.

    Attributes:
        name: as it gave.
        poll_ns: monotonic times at which it asked for its next event.
    """

    name: str
    poll_ns: list[int] = field(default_factory=list)
    events: "queue.SimpleQueue[bytes]" = field(default_factory=queue.SimpleQueue)


class ExtensionsApi:
    """Registers extensions and hands INVOKE events to them; `service` may be changed at any moment."""

    def __init__(self, registration_open: Callable[[], bool], changed: threading.Condition) -> None:
        """Serves what `handle` is given.

        Args:
            registration_open: whether the runtime has yet to ask for its first event.
            changed: notified when an extension has called.
        """
        self._changed = changed
        self._registration_open = registration_open
        self._ended = threading.Event()
        self.service = Service.SERVES
        self.extensions: dict[str, Extension] = {}

    def close(self) -> None:
        """Lets go of the calls that wait."""
        self._ended.set()

    def announce(self, request_id: str, headers: Mapping[str, str]) -> None:
        """Hands an INVOKE event to every extension."""
        event = {
            "eventType": "INVOKE",
            "deadlineMs": int(headers["Lambda-Runtime-Deadline-Ms"]),
            "requestId": request_id,
            "invokedFunctionArn": headers["Lambda-Runtime-Invoked-Function-Arn"],
        }
        for extension in list(self.extensions.values()):
            extension.events.put(json.dumps(event, separators=(",", ":")).encode())

    def handle(self, connection: Connection, request: HttpRequest) -> bool:
        """Answers one call; returns whether the connection stays open."""
        call = request.target.removeprefix(PREFIX)
        if self.service is Service.CUTS:
            return False
        if self.service is Service.HANGS:
            self._ended.wait()
            return False
        if self.service is Service.REFUSES:
            _refuse(connection, "Forbidden", "Extension.Refused")
        elif request.method == "POST" and call == "register":
            self._register(connection, request)
        elif request.method == "GET" and call == "event/next":
            return self._next(connection, request)
        else:
            _refuse(connection, "no such call", "NotFound")
        return True

    def _register(self, connection: Connection, request: HttpRequest) -> None:
        events = json.loads(request.body)["events"]
        if not self._registration_open():
            _refuse(connection, "Extension registration closed already", "Extension.RegistrationClosed")
        elif events != ["INVOKE"]:
            refused = "SHUTDOWN: ShutdownEventNotSupportedForInternalExtension"
            _refuse(connection, refused, "Extension.InvalidEventType")
        else:
            identifier = str(uuid.uuid4())
            self.extensions[identifier] = Extension(request.headers["lambda-extension-name"])
            connection.send(200, b"{}", {"Lambda-Extension-Identifier": identifier})

    def _next(self, connection: Connection, request: HttpRequest) -> bool:
        extension = self.extensions.get(request.headers.get("lambda-extension-identifier", ""))
        if extension is None:
            _refuse(connection, "Invalid Lambda-Extension-Identifier", "Extension.InvalidExtensionIdentifier")
            return True
        with self._changed:
            extension.poll_ns.append(request.received_ns)
            self._changed.notify_all()
        while not self._ended.is_set() and not connection.peer_has_closed():
            try:
                event = extension.events.get(timeout=0.05)
            except queue.Empty:
                continue
            connection.send(200, event, {"Lambda-Extension-Event-Identifier": str(uuid.uuid4())})
            return True
        return False


def _refuse(connection: Connection, message: str, error_type: str) -> None:
    body = json.dumps({"errorMessage": message, "errorType": error_type}).encode()
    connection.send(403, body, {"Content-Type": "application/json"})
