"""A Lambda Runtime API of our own, which notes when an event went out and when its answer came in.

AWS answers the caller as soon as the runtime has posted its response. The Runtime Interface Emulator answers
only after the runtime's next poll, so what a caller waits for can be seen here alone.
Source: docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html

    with RuntimeApi() as api, FunctionProcess(api.address, "mod.handler", task_root=...):
        invocation = api.invoke({"key": "value"})
        assert invocation.result == {"ok": True}
"""

import json
import queue
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from tests.harness.extensions_api import PREFIX, ExtensionsApi
from tests.harness.http_server import LOOPBACK, Connection, HttpRequest, ThreadedServer

FUNCTION_ARN = "arn:aws:lambda:eu-central-1:123456789012:function:checkout"
TRACE_ID = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0"

_RUNTIME = "/2018-06-01/runtime/"
_ACCEPTED = b'{"status":"OK"}\n'


class NoAnswerError(AssertionError):
    """The runtime did not do within the deadline what was waited for."""


@dataclass(eq=False)
class Invocation:
    """One event and what became of it. Times are monotonic nanoseconds, None until they happen.

    Attributes:
        event: the body of the event as sent.
        headers: sent with it.
        request_id: of this invocation.
        event_out_ns: when the event was handed to the runtime.
        answer_in_ns: when the whole response or error had come.
        next_poll_ns: when the runtime that answered asked for its next event.
        response_body: bytes posted as response, None if an error was posted.
        error_body: bytes posted as error, None if a response was posted.
        answer_headers: of the post, names in lower case.
        answer_trailers: of a streamed response, names in lower case.
    """

    event: bytes
    headers: dict[str, str]
    request_id: str
    event_out_ns: int | None = None
    answer_in_ns: int | None = None
    next_poll_ns: int | None = None
    response_body: bytes | None = None
    error_body: bytes | None = None
    answer_headers: dict[str, str] = field(default_factory=dict)
    answer_trailers: dict[str, str] = field(default_factory=dict)

    @property
    def result(self) -> Any:
        """The decoded response; raises ValueError, with the error, if an error was posted."""
        if self.response_body is None:
            raise ValueError(f"not a response but an error: {self.error_body!r}")
        return json.loads(self.response_body)

    @property
    def error(self) -> dict[str, Any]:
        """The decoded error; raises ValueError, with the response, if a response was posted."""
        if self.error_body is None:
            raise ValueError(f"not an error but a response: {self.response_body!r}")
        decoded: dict[str, Any] = json.loads(self.error_body)
        return decoded

    @property
    def error_type_header(self) -> str | None:
        """`Lambda-Runtime-Function-Error-Type` of the post."""
        return self.answer_headers.get("lambda-runtime-function-error-type")

    @property
    def xray_cause(self) -> bytes | None:
        """`Lambda-Runtime-Function-XRay-Error-Cause` of the post."""
        cause = self.answer_headers.get("lambda-runtime-function-xray-error-cause")
        return None if cause is None else cause.encode("latin-1")

    @property
    def waited_ms(self) -> float:
        """What the caller waited for: from event out to answer in."""
        return _milliseconds(self.event_out_ns, self.answer_in_ns)

    @property
    def after_answer_ms(self) -> float:
        """How long the environment stayed busy after the answer: from answer in to the next poll."""
        return _milliseconds(self.answer_in_ns, self.next_poll_ns)


@dataclass(frozen=True)
class InitError:
    """What was posted to init/error or restore/error.

    Attributes:
        body: as posted.
        headers: of the post, names in lower case.
    """

    body: bytes
    headers: dict[str, str]

    @property
    def error(self) -> dict[str, Any]:
        """The decoded body."""
        decoded: dict[str, Any] = json.loads(self.body)
        return decoded


class RuntimeApi:
    """The server. A context manager; usable from one test thread, polled by any number of runtimes."""

    def __init__(self) -> None:
        self._server = ThreadedServer(self._serve, "runtime-api")
        self._queue: queue.PriorityQueue[tuple[int, Invocation | None]] = queue.PriorityQueue()
        self._order = 0
        self._changed = threading.Condition()
        self._out: dict[str, Invocation] = {}
        self._unpolled: list[Invocation] = []
        self._restored = threading.Event()
        self.extensions = ExtensionsApi(lambda: self.poll_count == 0, self._changed)
        self.poll_count = 0
        self.first_poll_ns: int | None = None
        self.restore_poll_count = 0
        self.init_error: InitError | None = None

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._restored.set()
        self.extensions.close()
        self._server.stop()
        self._put(None)

    @property
    def address(self) -> str:
        """Host and port, as AWS_LAMBDA_RUNTIME_API has it."""
        return f"{LOOPBACK}:{self._server.port}"

    def enqueue(
        self,
        event: Any = None,
        *,
        function_timeout_s: float = 3,
        function_arn: str = FUNCTION_ARN,
        request_id: str | None = None,
        trace_id: str | None = TRACE_ID,
        client_context: dict[str, Any] | None = None,
        cognito_identity: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Invocation:
        """Queues an event for the next poll.

        Args:
            event: JSON-able, or bytes to be sent as they are; default: an empty object.
            function_timeout_s: the deadline the runtime is told, counted from now.
            function_arn: such as one of `aws-cn` or `aws-us-gov`; its fourth part is the region.
            request_id: default: a new UUID.
            trace_id: X-Ray header; None sends none.
            client_context: as mobile callers send it.
            cognito_identity: as mobile callers send it.
            headers: more of them, or others in place of the above.

        Returns:
            The invocation; `wait_for_answer` waits for its outcome.
        """
        body = event if isinstance(event, bytes) else json.dumps({} if event is None else event).encode()
        request_id = request_id or str(uuid.uuid4())
        named: dict[str, str | None] = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": request_id,
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + function_timeout_s) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": function_arn,
            "Lambda-Runtime-Trace-Id": trace_id,
            "Lambda-Runtime-Client-Context": json.dumps(client_context) if client_context else None,
            "Lambda-Runtime-Cognito-Identity": json.dumps(cognito_identity) if cognito_identity else None,
            **(headers or {}),
        }
        sent = {name: value for name, value in named.items() if value is not None}
        invocation = Invocation(body, sent, request_id)
        self._out[request_id] = invocation
        self._put(invocation)
        return invocation

    def invoke(self, event: Any = None, *, timeout_s: float = 30, **details: Any) -> Invocation:
        """Queues an event and waits for its answer.

        Args:
            event: as for `enqueue`.
            timeout_s: how long to wait for the answer.
            **details: as for `enqueue`.

        Raises:
            NoAnswerError: nothing was posted in time.
        """
        invocation = self.enqueue(event, **details)
        self.wait_for_answer(invocation, timeout_s)
        return invocation

    def wait_for_answer(self, invocation: Invocation, timeout_s: float = 30) -> None:
        """Waits until a response or error was posted for `invocation`."""
        self.wait_for(lambda: invocation.answer_in_ns is not None, f"answer to {invocation.event[:80]!r}", timeout_s)

    def wait_for_next_poll(self, invocation: Invocation, timeout_s: float = 30) -> None:
        """Waits until the runtime has answered `invocation` and asked for its next event."""
        self.wait_for(lambda: invocation.next_poll_ns is not None, "poll after the answer", timeout_s)

    def wait_for_init(self, timeout_s: float = 30) -> None:
        """Waits until init is over: a runtime asks for its first event."""
        self.wait_for(lambda: self.poll_count > 0 or self.init_error is not None, "first poll", timeout_s)
        if self.init_error is not None:
            raise NoAnswerError(f"init failed: {self.init_error.body!r}")

    def wait_for_init_error(self, timeout_s: float = 30) -> InitError:
        """Waits for a post to init/error and returns it."""
        self.wait_for(lambda: self.init_error is not None, "init error", timeout_s)
        assert self.init_error is not None
        return self.init_error

    def wait_for_restore_poll(self, timeout_s: float = 30) -> None:
        """Waits until a SnapStart runtime is ready for its snapshot: it asks for restore/next."""
        self.wait_for(lambda: self.restore_poll_count > 0, "restore poll", timeout_s)

    def restore(self) -> None:
        """Answers restore/next: the runtime runs on as if restored from its snapshot."""
        self._restored.set()

    def wait_for(self, condition: Callable[[], bool], what: str, timeout_s: float = 30) -> None:
        """Waits until `condition()` holds; looked at whenever a runtime has called.

        Raises:
            NoAnswerError: it did not hold within `timeout_s`.
        """
        with self._changed:
            if not self._changed.wait_for(condition, timeout_s):
                seen = f"{self.poll_count} polls came, init error: {self.init_error}"
                raise NoAnswerError(f"no {what} within {timeout_s} s; {seen}")

    def _put(self, invocation: Invocation | None) -> None:
        self._order += 1
        self._queue.put((self._order, invocation))

    def _serve(self, connection: Connection) -> None:
        last: Invocation | None = None
        while (request := connection.read_request()) is not None:
            path = request.target.removeprefix(_RUNTIME)
            if request.target.startswith(PREFIX):
                if not self.extensions.handle(connection, request):
                    return
            elif request.method == "GET" and path == "invocation/next":
                self._note_poll(last, request.received_ns)
                last = self._hand_out(connection)
                if last is None:
                    return
            elif request.method == "POST" and path.startswith("invocation/"):
                self._take_answer(connection, request, path)
            elif request.method == "POST" and path == "init/error":
                connection.send(202, _ACCEPTED)
                with self._changed:
                    self.init_error = InitError(request.body, dict(request.headers))
                    self._changed.notify_all()
            elif request.method == "POST" and path == "restore/error":
                connection.send(202, _ACCEPTED)
            elif request.method == "GET" and path == "restore/next":
                with self._changed:
                    self.restore_poll_count += 1
                    self._changed.notify_all()
                self._restored.wait()
                connection.send(200)
            else:
                connection.send(404, b'{"errorMessage":"no such call","errorType":"NotFound"}')

    def _note_poll(self, last: Invocation | None, poll_ns: int) -> None:
        with self._changed:
            self.poll_count += 1
            self.first_poll_ns = self.first_poll_ns or poll_ns
            # A runtime that polls on a fresh connection is the one whose answer is oldest.
            if last is None or last not in self._unpolled:
                last = self._unpolled[0] if self._unpolled else None
            if last is not None:
                last.next_poll_ns = poll_ns
                self._unpolled.remove(last)
            self._changed.notify_all()

    def _hand_out(self, connection: Connection) -> Invocation | None:
        """Waits for an event and sends it; None when the runtime died while waiting or the API ends."""
        while True:
            try:
                order, invocation = self._queue.get(timeout=0.05)
            except queue.Empty:
                if connection.peer_has_closed():
                    return None
                continue
            if invocation is None or connection.peer_has_closed():
                # Not ours to take: for the next poller, in its old place.
                self._queue.put((order, invocation))
                return None
            invocation.event_out_ns = time.monotonic_ns()
            connection.send(200, invocation.event, invocation.headers)
            self.extensions.announce(invocation.request_id, invocation.headers)
            return invocation

    def _take_answer(self, connection: Connection, request: HttpRequest, path: str) -> None:
        _, request_id, kind = path.split("/")
        invocation = self._out.get(request_id)
        if invocation is None or invocation.answer_in_ns is not None or kind not in {"response", "error"}:
            connection.send(400, b'{"errorMessage":"no such invocation waits","errorType":"InvalidRequestID"}')
            return
        if kind == "response":
            invocation.response_body = request.body
        else:
            invocation.error_body = request.body
        invocation.answer_headers = dict(request.headers)
        invocation.answer_trailers = dict(request.trailers)
        with self._changed:
            self._unpolled.append(invocation)
        # The runtime goes on before the waiting test wakes and takes the interpreter from this thread.
        connection.send(202, _ACCEPTED)
        with self._changed:
            invocation.answer_in_ns = request.received_ns
            self._changed.notify_all()


def _milliseconds(start_ns: int | None, end_ns: int | None) -> float:
    if start_ns is None or end_ns is None:
        raise ValueError("not over yet: wait for the answer, or for the next poll, first")
    return (end_ns - start_ns) / 1e6
