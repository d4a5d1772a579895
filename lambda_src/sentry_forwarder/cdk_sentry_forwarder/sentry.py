"""Delivers events to Sentry and knows whether they arrived: what did not is raised, so that Lambda tries again."""

import functools
import gzip
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import sentry_sdk
import urllib3
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

_SENDER = "cdk-sentry-forwarder"
_TIMEOUT = urllib3.Timeout(connect=3, read=10)
_MAX_REMEMBERED = 2_000
# Lambda calls again after a minute, so a pause costs nothing; without one, each event of a full delivery would wait for
# a Sentry that hangs.
_UNREACHED_S = 10.0
_ASKS_FOR_PAUSE = (429, 503)
_PAUSE_S = 60.0
_MAX_PAUSE_S = 300.0


class DeliveryError(Exception):
    """An event did not reach Sentry; the message says why.

    Attributes:
        pause_s: for how long the next would not either.
    """

    def __init__(self, problem: str, pause_s: float = 0.0) -> None:
        super().__init__(problem)
        self.pause_s = pause_s


class Delivery:
    """Sends events, each at once; remembers what this environment has sent, and who asked for a pause.

    Args:
        clock: seconds that pass.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._sent: OrderedDict[str, None] = OrderedDict()
        self._paused_until_s: dict[str, float] = {}

    def send(self, event: dict[str, Any], dsn: str) -> None:
        """Sends `event` unless it was sent before.

        Args:
            event: with its `event_id`. Sentry drops an event whose id it has already, so one that is sent again
                after a failure never counts twice.
            dsn: where to.

        Raises:
            DeliveryError: Sentry refused it or could not be reached.
        """
        event_id = event["event_id"]
        if event_id in self._sent:
            return
        left_s = self._paused_until_s.get(dsn, 0.0) - self._clock()
        if left_s > 0:
            raise DeliveryError(f"Sentry asked for a pause or cannot be reached: not tried for another {left_s:.0f} s")
        try:
            _deliver(event, dsn)
        except DeliveryError as problem:
            self._paused_until_s[dsn] = self._clock() + problem.pause_s
            raise
        self._sent[event_id] = None
        while len(self._sent) > _MAX_REMEMBERED:
            self._sent.popitem(last=False)


def _deliver(event: dict[str, Any], dsn: str) -> None:
    if _client(dsn).capture_event(event) is None:
        raise DeliveryError(f"the SDK dropped event {event['event_id']}")


class _SynchronousTransport(Transport):
    """The SDK's own sends in a thread and keeps to itself what failed."""

    def __init__(self, options: dict[str, Any]) -> None:
        super().__init__(options)
        self._pool = urllib3.PoolManager(timeout=_TIMEOUT, retries=urllib3.Retry(2, redirect=0, status=0))

    def capture_envelope(self, envelope: Envelope) -> None:
        if self.parsed_dsn is None:
            raise DeliveryError("no DSN")
        auth = self.parsed_dsn.to_auth(_SENDER)
        headers = {
            "X-Sentry-Auth": auth.to_header(),
            "Content-Type": "application/x-sentry-envelope",
            "Content-Encoding": "gzip",
        }
        url = str(auth.get_api_url())
        try:
            answer = self._pool.request("POST", url, body=gzip.compress(envelope.serialize()), headers=headers)
        except urllib3.exceptions.HTTPError as problem:
            raise DeliveryError(f"{self.parsed_dsn.host} could not be reached: {problem}", _UNREACHED_S) from problem
        if answer.status in _ASKS_FOR_PAUSE:
            pause_s = _seconds(answer.headers.get("Retry-After"))
            raise DeliveryError(f"{self.parsed_dsn.host} asks for {pause_s:.0f} s without events", pause_s)
        if not 200 <= answer.status < 300:  # noqa: PLR2004  HTTP's classes
            raise DeliveryError(f"{self.parsed_dsn.host} answered {answer.status}: {answer.data[:200]!r}")


def _seconds(retry_after: str | None) -> float:
    """What a header says, or the SDK's own guess where it says nothing that can be read."""
    try:
        return min(max(float(retry_after or ""), 0.0), _MAX_PAUSE_S)
    except ValueError:
        return _PAUSE_S


def _without_blanks(event: Any, _hint: Any) -> Any:
    return {name: value for name, value in event.items() if value not in ("", None)}


@functools.lru_cache(maxsize=100)
def _client(dsn: str) -> Any:
    try:
        # A client of its own for each project; nothing global is initialised, and nothing of this process gets into
        # an event: it is about another function.
        return sentry_sdk.Client(
            dsn=dsn,
            transport=_SynchronousTransport,
            default_integrations=False,
            auto_enabling_integrations=False,
            auto_session_tracking=False,
            send_client_reports=False,
            attach_stacktrace=False,
            max_value_length=8_000,
            release="",  # left out, the SDK would ask Git for one
            server_name="",
            before_send=_without_blanks,
        )
    except sentry_sdk.utils.BadDsn as problem:
        raise DeliveryError(f"what is set as DSN is none: {problem}") from problem
