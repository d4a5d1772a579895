"""The caller's trace, carried from the request to the record, so that the validator continues it."""

import os
import sys
from typing import Any, Final

SENTRY_TRACE: Final = "sentry-trace"
BAGGAGE: Final = "baggage"
XRAY: Final = "x-amzn-trace-id"
_MAX_BAGGAGE_BYTES: Final = 2048


def current(request_headers: dict[str, str]) -> dict[str, str]:
    """The headers by which a trace is continued.

    Args:
        request_headers: of the request, names in lower case.

    Returns:
        Sentry's two, of the running span where the function is traced, else as the caller sent them; and X-Ray's
        where Lambda samples this request. Nothing without a trace.
    """
    sentry_sdk = sys.modules.get("sentry_sdk")  # never imported for this: it costs more than the whole function
    if sentry_sdk is not None and sentry_sdk.is_initialized():
        found = {SENTRY_TRACE: sentry_sdk.get_traceparent(), BAGGAGE: sentry_sdk.get_baggage()}
    else:
        found = {name: request_headers.get(name) for name in (SENTRY_TRACE, BAGGAGE)}
    if not found[SENTRY_TRACE]:
        found = {}
    xray = os.environ.get("_X_AMZN_TRACE_ID", "")
    if "Sampled=1" in xray:
        found[XRAY] = xray
    return {name: text for name, value in found.items() if (text := _kept(name, value))}


def _kept(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value.isascii():
        return ""
    if name != BAGGAGE:
        return value[:_MAX_BAGGAGE_BYTES]
    # Other vendors' entries may say who the user is, and nobody behind us reads them.
    sentrys = ",".join(entry for part in value.split(",") if (entry := part.strip()).startswith("sentry-"))
    return sentrys if len(sentrys) <= _MAX_BAGGAGE_BYTES else ""
