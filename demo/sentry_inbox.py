"""What the local Sentry has received, read back through Spotlight's own event stream, and grouped into issues."""

import json
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
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
    title: str
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
    """Events grouped, the most frequent issue first."""
    counts: Counter[_Identity] = Counter()
    tags: dict[_Identity, dict[str, str]] = {}
    for event in events:
        own = tags_of(event)
        function = own.get("function_name") or event.get("server_name")
        key = _Identity(title(event), str(function), str(event.get("environment")), str(event.get("release")))
        counts[key] += 1
        tags[key] = own if key not in tags else dict(tags[key].items() & own.items())
    return [Issue(*key, tags=tags[key], events=count) for key, count in counts.most_common()]


def title(event: Event) -> str:
    """What Sentry shows as an issue's title: error type and text, else the log message's template."""
    exceptions = (event.get("exception") or {}).get("values") or []
    if exceptions:
        return f"{exceptions[-1].get('type')}: {exceptions[-1].get('value')}"
    message = event.get("logentry") or {}
    return str(message.get("message") or event.get("message") or "(no title)")


def tags_of(event: Event) -> dict[str, str]:
    """An event's tags; the protocol allows an object or a list of pairs."""
    return dict(event.get("tags") or {})


def _error_events(envelope: tuple[Any, list[tuple[Event, Any]]]) -> Iterator[Event]:
    _, items = envelope
    return (payload for header, payload in items if header.get("type") == "event")
