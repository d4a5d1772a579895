"""What one line of a function's log says: which request it is about, how it went, and which fault it names.

Words of the platform: docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html and
docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html; tests/forwarder/log_lines holds the lines.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cdk_sentry_forwarder import uncaught
from cdk_sentry_forwarder.kinds import Kind, Sighting, kind_of_error_type

# A line is at most 1 MB in CloudWatch Logs; what names a fault stands at its beginning or, in a report, its end.
_MAX_TEXT = 20_000

_REQUEST_ID = r"(?P<request_id>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})"
_NUMBER = r"\d{1,12}(?:\.\d{1,9})?"
_START = re.compile(rf"START RequestId: {_REQUEST_ID} Version: (?P<version>\S+)")
_REPORT = re.compile(rf"REPORT RequestId: {_REQUEST_ID}\s")
_INIT_REPORT = re.compile(rf"INIT_REPORT Init Duration: (?P<duration_ms>{_NUMBER}) ms\b")
_BOOKKEEPING = re.compile(r"(?:END RequestId|XRAY TraceId): |(?:INIT|RESTORE)_\w+ |LOGS\t|EXTENSION\t")
_TIMED_OUT = re.compile(rf"\S+ {_REQUEST_ID} (?P<value>Task timed out after (?P<seconds>[\d.]+) seconds)\s*\Z")
_PLATFORM_ERROR = re.compile(
    rf"(?:RequestId: {_REQUEST_ID} )?(?:Error: )?(?P<value>[^\n]+)\n"
    r"(?P<type>(?:Runtime|Extension|Sandbox)\.[A-Za-z]+)\s*\Z"
)
_LAUNCH_ERROR = re.compile(r"IMAGE\s+Launch error: (?P<value>.+)", re.DOTALL)
_LEGACY_EXIT = re.compile(rf"RequestId: {_REQUEST_ID} (?P<value>Process exited before completing request)")
_APPLICATION = re.compile(rf"\S+\t(?:{_REQUEST_ID}|undefined|)\t")
_BRACKETED = re.compile(rf"\[[A-Z]+\]\t\S+\t{_REQUEST_ID}\t")

_NUMBERS = {
    "duration_ms": re.compile(rf"\bDuration: ({_NUMBER}) ms"),
    "memory_mb": re.compile(rf"\bMemory Size: ({_NUMBER}) MB"),
    "max_memory_used_mb": re.compile(rf"\bMax Memory Used: ({_NUMBER}) MB"),
    "init_duration_ms": re.compile(rf"\bInit Duration: ({_NUMBER}) ms"),
}
_STATUS = re.compile(r"\bStatus: (\w+)")
_PHASE = re.compile(r"\bPhase: (\w+)")
_ERROR_TYPE = re.compile(r"\bError Type: ([\w.]+)")
_METRICS = {
    "duration_ms": "durationMs",
    "memory_mb": "memorySizeMB",
    "max_memory_used_mb": "maxMemoryUsedMB",
    "init_duration_ms": "initDurationMs",
}
_MAX_FIGURE = 1e12  # also what is no number: JSON as Python reads it knows NaN and Infinity
_FAILED = ("timeout", "error", "failure")


@dataclass(frozen=True, slots=True)
class Line:
    """One log event, read.

    Attributes:
        timestamp_ms: since the epoch.
        text: the message.
        is_platform: whether Lambda wrote it rather than the function or its runtime.
        request_id: which it names; None where it names none.
        is_start: whether it begins an invocation.
        is_report: whether it ends one.
        version: of the function, in a line that begins an invocation.
        figures: of a report, any of duration_ms, memory_mb, max_memory_used_mb, init_duration_ms.
        status: of a report that always names one: `success` where nothing failed.
        sighting: the fault that it names.
    """

    timestamp_ms: int
    text: str
    is_platform: bool = False
    request_id: str | None = None
    is_start: bool = False
    is_report: bool = False
    version: str | None = None
    figures: Mapping[str, float] | None = None
    status: str | None = None
    sighting: Sighting | None = None


def read_line(timestamp_ms: int, text: str) -> Line:
    """Reads one message, in Lambda's text or JSON format. Never raises, whatever the message is."""
    head = text[:_MAX_TEXT]
    if head.startswith("{"):
        record = _json_object(text)
        if record is not None:
            return _json_line(timestamp_ms, text, record)
    return _text_line(timestamp_ms, text, head)


def _text_line(timestamp_ms: int, text: str, head: str) -> Line:
    if start := _START.match(head):
        return Line(timestamp_ms, text, True, start["request_id"], is_start=True, version=start["version"])
    if report := _REPORT.match(head):
        sighting = _sighting_of_report(_first(_STATUS, head), _first(_ERROR_TYPE, head))
        figures = dict(_figures(head))
        return Line(timestamp_ms, text, True, report["request_id"], is_report=True, figures=figures, sighting=sighting)
    if init := _INIT_REPORT.match(head):
        sighting = _sighting_of_init(_first(_STATUS, head), _first(_ERROR_TYPE, head), _first(_PHASE, head))
        figures = {"init_duration_ms": float(init["duration_ms"])}
        return Line(timestamp_ms, text, True, figures=figures, sighting=sighting)
    for pattern, kind, error_type in (
        (_TIMED_OUT, Kind.TIMEOUT, "Sandbox.Timedout"),
        (_LEGACY_EXIT, Kind.EXIT, "Runtime.ExitError"),
        (_LAUNCH_ERROR, Kind.INVALID_ENTRYPOINT, "Runtime.InvalidEntrypoint"),
    ):
        if found := pattern.match(head):
            value = " ".join(found["value"].split())
            return Line(
                timestamp_ms,
                text,
                True,
                found.groupdict().get("request_id"),
                sighting=Sighting(kind, error_type, value),
            )
    if found := _PLATFORM_ERROR.match(head):
        kind = kind_of_error_type(found["type"], found["value"])
        return Line(
            timestamp_ms, text, True, found["request_id"], sighting=Sighting(kind, found["type"], found["value"])
        )
    named = _APPLICATION.match(head) or _BRACKETED.match(head)
    return Line(
        timestamp_ms,
        text,
        _BOOKKEEPING.match(head) is not None,
        named["request_id"] if named else None,
        sighting=uncaught.of_text(head),
    )


def _json_line(timestamp_ms: int, text: str, record: Mapping[str, Any]) -> Line:
    kind = record.get("type")
    details = record.get("record")
    if isinstance(kind, str) and kind.startswith("platform.") and isinstance(details, Mapping):
        return _platform_record(timestamp_ms, text, kind, details)
    request_id = record.get("requestId") or record.get("AWSRequestId")
    return Line(
        timestamp_ms,
        text,
        request_id=request_id if isinstance(request_id, str) and request_id else None,
        sighting=uncaught.of_json(record),
    )


def _platform_record(timestamp_ms: int, text: str, kind: str, details: Mapping[str, Any]) -> Line:
    request_id = _text_of(details, "requestId")
    status, error_type = _text_of(details, "status"), _text_of(details, "errorType")
    metrics = details.get("metrics")
    figures = dict(_json_figures(metrics)) if isinstance(metrics, Mapping) else {}
    if kind == "platform.report":
        sighting = _sighting_of_report(status, error_type)
        return Line(
            timestamp_ms, text, True, request_id, is_report=True, figures=figures, status=status, sighting=sighting
        )
    if kind == "platform.initReport":
        sighting = _sighting_of_init(status, error_type, _text_of(details, "phase"))
        kept = {"init_duration_ms": figures["duration_ms"]} if "duration_ms" in figures else {}
        return Line(timestamp_ms, text, True, request_id, figures=kept, sighting=sighting)
    return Line(
        timestamp_ms,
        text,
        True,
        request_id,
        is_start=kind == "platform.start",
        version=_text_of(details, "version") if kind == "platform.start" else None,
    )


def _sighting_of_report(status: str | None, error_type: str | None) -> Sighting | None:
    if status not in _FAILED:
        return None
    if status == "timeout":
        return Sighting(Kind.TIMEOUT, "Sandbox.Timedout", "The function's timeout was reached", is_detailed=False)
    error_type = error_type or "Runtime.Unknown"
    return Sighting(kind_of_error_type(error_type), error_type, "The invocation failed", is_detailed=False)


def _sighting_of_init(status: str | None, error_type: str | None, phase: str | None) -> Sighting | None:
    if status not in _FAILED:
        return None
    if status == "timeout":
        return Sighting(
            Kind.INIT_TIMEOUT, "Sandbox.Timedout", f"Init was not over in time (phase {phase})", is_detailed=False
        )
    error_type = error_type or "Runtime.Unknown"
    kind = kind_of_error_type(error_type)
    if kind in (Kind.UNCAUGHT_ERROR, Kind.EXIT):
        kind = Kind.INIT_ERROR
    return Sighting(kind, error_type, "Init failed", is_detailed=False)


def _json_object(text: str) -> Mapping[str, Any] | None:
    try:
        decoded = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return decoded if isinstance(decoded, Mapping) else None


def _figures(report: str) -> Iterator[tuple[str, float]]:
    # "Init Duration" would be taken for the duration where it comes first, as the emulator has it.
    without_others = re.sub(r"\b(?:Init|Billed|Restore|Billed Restore) Duration: [\d.]+ ms", "", report)
    for name, pattern in _NUMBERS.items():
        if found := pattern.search(report if name == "init_duration_ms" else without_others):
            yield name, float(found[1])


def _json_figures(metrics: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for name, key in _METRICS.items():
        value = metrics.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < _MAX_FIGURE:
            yield name, float(value)


def _first(pattern: re.Pattern[str], text: str) -> str | None:
    found = pattern.search(text)
    return found[1] if found else None


def _text_of(record: Mapping[str, Any], key: str) -> str | None:
    value = record.get(key)
    return value if isinstance(value, str) and value else None
