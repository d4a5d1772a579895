"""What the local Sentry has received, read back through Spotlight's own event stream, and grouped into issues."""

import json
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

import requests

from demo.waiting import StepFailedError, wait_until

Event = dict[str, Any]
"""A Sentry event as the SDK sent it."""

_CONNECT_TIMEOUT_S = 10.0


@dataclass(frozen=True)
class Issue:
    """Events that Sentry would show as one issue: same error, same function, environment and release.

    Attributes:
        tags: the tags that all of the events have in common.
        events: how many.
    """

    title: str
    function: str
    environment: str
    release: str
    tags: dict[str, str]
    events: int


class _Identity(NamedTuple):
    error: str
    function: str
    environment: str
    release: str


class SentryInbox:
    """Follows a Spotlight from now on and keeps every event; what it had received before comes too.

    Args:
        url: address of the running Spotlight.

    Raises:
        requests.RequestException: Spotlight does not answer.
    """

    def __init__(self, url: str) -> None:
        self._events: list[Event] = []
        session = requests.Session()
        session.trust_env = False
        stream = session.get(f"{url}/stream", stream=True, timeout=(_CONNECT_TIMEOUT_S, None))
        stream.raise_for_status()
        threading.Thread(target=self._follow, args=(stream,), daemon=True, name="sentry-inbox").start()

    @property
    def events(self) -> list[Event]:
        """All error events so far, oldest first; transactions and reports left out."""
        return list(self._events)

    def wait_for(self, count: int, *, timeout_s: float) -> list[Event]:
        """All error events: as soon as there are `count` of them, else those that came within `timeout_s` seconds."""
        with suppress(StepFailedError):
            wait_until(lambda: len(self._events) >= count, what=f"{count} events in Sentry", timeout_s=timeout_s)
        return self.events

    def _follow(self, stream: requests.Response) -> None:
        try:
            for line in stream.iter_lines():
                if line.startswith(b"data:"):
                    self._events.extend(_error_events(json.loads(line.removeprefix(b"data:"))))
        except requests.RequestException:
            return  # Spotlight has ended; its Child says so to whom it matters


def issues(events: Iterable[Event]) -> list[Issue]:
    """Events grouped, the most frequent issue first; an issue has the title of its newest event, as in Sentry."""
    groups: dict[_Identity, list[Event]] = {}
    for event in events:
        function = tags_of(event).get("function_name") or event.get("server_name")
        identity = (_error(event), function, event.get("environment"), event.get("release"))
        groups.setdefault(_Identity(*map(str, identity)), []).append(event)
    found = [
        Issue(title(group[-1]), *identity[1:], tags=_common_tags(group), events=len(group))
        for identity, group in groups.items()
    ]
    return sorted(found, key=lambda issue: issue.events, reverse=True)


def title(event: Event) -> str:
    """What Sentry shows of an event: error type and text, else the log message."""
    if exception := _exception(event):
        return f"{exception.get('type')}: {exception.get('value')}"
    message = event.get("logentry") or {}
    return str(message.get("formatted") or message.get("message") or event.get("message") or "(no title)")


def tags_of(event: Event) -> dict[str, str]:
    """An event's tags; the protocol allows an object or a list of pairs."""
    return dict(event.get("tags") or {})


def _exception(event: Event) -> dict[str, Any] | None:
    """The error that was raised last, which is the one that was not caught."""
    values = (event.get("exception") or {}).get("values") or [None]
    last: dict[str, Any] | None = values[-1]
    return last


def _error(event: Event) -> str:
    """What makes two events the same error: type and place of an exception, else the log message's template."""
    exception = _exception(event)
    if exception is None:
        return str((event.get("logentry") or {}).get("message") or title(event))
    frames = (exception.get("stacktrace") or {}).get("frames") or [{}]
    return f"{exception.get('type')} in {frames[-1].get('module')}.{frames[-1].get('function')}"


def _common_tags(events: Sequence[Event]) -> dict[str, str]:
    return dict(set.intersection(*(set(tags_of(event).items()) for event in events)))


def _error_events(envelope: tuple[Any, list[tuple[Event, Any]]]) -> Iterator[Event]:
    _, items = envelope
    return (payload for header, payload in items if header.get("type") == "event")
