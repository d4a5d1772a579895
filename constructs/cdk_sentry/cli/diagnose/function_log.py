"""What a function's log tells: how often it ran, what went wrong, what it counted and complained of.

Lines are read with the eyes of the forwarder that reports faults to Sentry, so both call a fault the same.
"""

import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import Any

from ...assets import LAMBDA_SRC

sys.path.append(str(LAMBDA_SRC / "sentry_forwarder"))  # a folder of what runs in AWS Lambda, not an installed package

from cdk_sentry_forwarder.invocations import Invocation, divide
from cdk_sentry_forwarder.kinds import Kind
from cdk_sentry_forwarder.log_lines import Line, read_line

# CloudWatch Logs gives the oldest lines first, and a busy log can be too much for the time there is: such a one is read
# in slices, the newest first. All others cost one call, as an account has few a second.
_SLICES_S = (0, 10, 60, 600)
_MAX_LINES = 20_000
_MAX_PAGE = 10_000
_WITHIN_S = 8.0
_SHOWN_CHARACTERS = 240

# Some hosts leave out the time and the request that AWS puts before it.
_TIMED_OUT = re.compile(r"Task timed out after [\d.]+ seconds")
_TRACEBACK = "Traceback (most recent call last):"
_RAISED = re.compile(r"(?:[a-z_]\w*\.)*(?P<type>[A-Z]\w*)(?:: (?P<value>.*))?\Z")
_BAD_LEVELS = {"ERROR", "CRITICAL", "FATAL"}
_TEXT_LEVEL = re.compile(r"\[(?:ERROR|CRITICAL)\]\s(?:\S+\s+){0,2}|\S+\t[\w-]{36}\t(?:ERROR|FATAL)\t")
# In lines without a level, which is what print() and runtimes of other kinds write.
_BAD_WORDS = re.compile(
    r"\b(error|exception|fail(?:ed|ure)|denied|refused|rejected|quarantined|throttl\w+|timed out|unavailable"
    r"|not stored|not quarantined)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an invocation failed.

    Attributes:
        kind: as the forwarder tags it, for example `import_error`.
        text: type and message of the error.
    """

    kind: str
    text: str

    def __str__(self) -> str:
        return shortened(self.text)

    @property
    def keeps_from_starting(self) -> bool:
        """Whether the function did not get as far as its handler."""
        return self.kind in {Kind.IMPORT_ERROR, Kind.INVALID_ENTRYPOINT, Kind.INIT_ERROR, Kind.INIT_TIMEOUT}


@dataclass(frozen=True, slots=True)
class Run:
    """One invocation.

    Attributes:
        at_ms: when it ended, or its last line was written, in milliseconds since 1970.
        fault: why it failed; None where the log says of no fault.
        said_something: whether the function itself wrote anything.
        counts: metrics that it wrote in the embedded metric format.
    """

    at_ms: int
    fault: Fault | None = None
    said_something: bool = True
    counts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class FunctionLog:
    """What a log tells.

    Attributes:
        read_since_ms: from when on it was read, in milliseconds since 1970: later than asked for if it is a busy one.
        runs: invocations, the oldest first.
        complaints: what the function itself said of errors, and how often.
    """

    read_since_ms: int
    runs: Sequence[Run] = ()
    complaints: Mapping[str, int] = field(default_factory=dict)

    @property
    def failed(self) -> list[Run]:
        """Invocations that failed."""
        return [run for run in self.runs if run.fault]

    @property
    def counts(self) -> Counter[str]:
        """Sums of the metrics that the function wrote."""
        return sum((Counter(run.counts) for run in self.runs), Counter())

    def since(self, at_ms: int) -> list[Run]:
        """Invocations after a time."""
        return [run for run in self.runs if run.at_ms > at_ms]

    def has_passed(self, is_bad: Callable[[Run], object]) -> bool:
        """Whether what was bad has gone well since: the last invocation was not bad."""
        return bool(self.runs) and not is_bad(self.runs[-1])


def read_log(client: Any, group: str, *, since_ms: int, within_s: float = _WITHIN_S) -> FunctionLog:
    """Reads the log of a function: all of it, or of a busy one the newest lines, 20,000 at most.

    Args:
        client: CloudWatch Logs.
        group: log group.
        since_ms: milliseconds since 1970.
        within_s: seconds after which no older lines are asked for.
    """
    deadline = time.monotonic() + within_s
    until_ms = int(time.time() * 1000) + 1
    read = partial(_page, client, group)
    page = read(since_ms, until_ms)
    if "nextToken" not in page:
        return summarize(_lines(page), since_ms)
    lines: list[tuple[str, Line]] = []
    read_since_ms = until_ms
    starts = sorted({max(since_ms, until_ms - age_s * 1000) for age_s in _SLICES_S} | {since_ms}, reverse=True)
    for end_ms, start_ms in pairwise(starts):
        older, is_whole = _slice(partial(read, start_ms, end_ms), _MAX_LINES - len(lines), deadline)
        lines = older + lines
        if not is_whole:
            break
        read_since_ms = start_ms
    return summarize(lines, read_since_ms)


def summarize(lines: Iterable[tuple[str, Line]], read_since_ms: int) -> FunctionLog:
    """What lines tell.

    Args:
        lines: with the log stream of each, the oldest first.
        read_since_ms: from when on they are complete, in milliseconds since 1970.
    """
    streams: dict[str, list[Line]] = {}
    for stream, line in lines:
        streams.setdefault(stream, []).append(line)
    runs = [_run(each) for of_stream in streams.values() for each in divide(of_stream) if _is_one(each)]
    complaints = Counter(text for of_stream in streams.values() for line in of_stream if (text := _complaint(line)))
    return FunctionLog(read_since_ms, sorted(runs, key=lambda run: run.at_ms), complaints)


def _slice(
    read: Callable[[str], Mapping[str, Any]], limit: int, deadline: float
) -> tuple[list[tuple[str, Line]], bool]:
    """Lines of one page after the other, and whether they are all: not if they are too many, or take too long."""
    lines: list[tuple[str, Line]] = []
    token = ""
    while time.monotonic() < deadline and len(lines) < limit:
        page = read(token)
        lines += _lines(page)
        token = page.get("nextToken", "")
        if not token:
            return lines, True
    return lines, False


def _page(client: Any, group: str, start_ms: int, end_ms: int, token: str = "") -> Mapping[str, Any]:
    more = {"nextToken": token} if token else {}
    page: Mapping[str, Any] = client.filter_log_events(
        logGroupName=group, startTime=start_ms, endTime=end_ms - 1, limit=_MAX_PAGE, **more
    )
    return page


def _lines(page: Mapping[str, Any]) -> Iterator[tuple[str, Line]]:
    for event in page["events"]:
        yield event["logStreamName"], read_line(event["timestamp"], event["message"].rstrip("\n"))


def _is_one(invocation: Invocation) -> bool:
    return any(line.is_start or line.is_report or line.sighting for line in invocation.lines)


def _run(invocation: Invocation) -> Run:
    sighting = invocation.fault()
    fault = Fault(sighting.kind, f"{sighting.error_type}: {sighting.value}") if sighting else None
    own = [line.text for line in invocation.lines if not line.is_platform]
    counts = sum((Counter(dict(_counts(text))) for text in own), Counter[str]())
    return Run(invocation.lines[-1].timestamp_ms, fault or _printed_fault(own), bool(own), counts)


def _printed_fault(texts: Sequence[str]) -> Fault | None:
    """A timeout, or the error at the end of a traceback that was written line by line, as some hosts do."""
    if timed_out := next((text for text in texts if _TIMED_OUT.fullmatch(text)), None):
        return Fault(Kind.TIMEOUT, timed_out)
    if _TRACEBACK not in texts:
        return None
    after = texts[len(texts) - texts[::-1].index(_TRACEBACK) :]
    last = next((text for text in after if not text.startswith(" ")), "")
    raised = _RAISED.match(last)
    return Fault(Kind.UNCAUGHT_ERROR, f"{raised['type']}: {raised['value'] or ''}") if raised else None


def _complaint(line: Line) -> str:
    """What the function says of an error in this line; empty if it does not."""
    text = line.text
    if (
        line.is_platform
        or line.sighting
        or text.startswith((" ", _TRACEBACK))
        or _RAISED.match(text)
        or _TIMED_OUT.match(text)
    ):
        return ""
    if text.startswith("{"):
        record = _object(text)
        level, message = str(record.get("level", "")).upper(), record.get("message")
        return shortened(message) if level in _BAD_LEVELS and isinstance(message, str) else ""
    if level_and_more := _TEXT_LEVEL.match(text):
        return shortened(text[level_and_more.end() :])
    return shortened(text) if _BAD_WORDS.search(text) and not text.startswith("[") else ""


def _counts(text: str) -> Iterator[tuple[str, float]]:
    """Metrics in CloudWatch's embedded metric format.

    docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """
    if not text.startswith('{"_aws"') and '"CloudWatchMetrics"' not in text:
        return
    record = _object(text)
    aws = record.get("_aws")
    for directive in aws.get("CloudWatchMetrics", []) if isinstance(aws, Mapping) else []:
        for metric in directive.get("Metrics", []):
            values = record.get(metric.get("Name"))
            yield metric["Name"], sum(values) if isinstance(values, list) else values or 0


def _object(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, Mapping) else {}


def shortened(text: str) -> str:
    """One line of at most 240 characters."""
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN_CHARACTERS else line[: _SHOWN_CHARACTERS - 3] + "..."
