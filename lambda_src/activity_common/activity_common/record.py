"""An event on the stream: the event itself, and which request brought it."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from activity_common.contract import parse
from activity_common.invalid import Invalid


def encode(event: dict[str, Any], *, request_id: str, headers: Mapping[str, str] | None = None) -> bytes:
    """One record's bytes, compact UTF-8.

    Args:
        event: checked.
        request_id: which request brought it.
        headers: of its trace; none by default.
    """
    envelope = {"event": event, "request_id": request_id, **({"headers": dict(headers)} if headers else {})}
    return json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()


def decode(data: bytes) -> tuple[Any, str]:
    """The unchecked event, its numbers exact, and the id of the request that brought it, if any.

    Raises:
        Invalid: the bytes are no record.
    """
    envelope = parse(data, parse_float=Decimal)
    if not isinstance(envelope, dict) or "event" not in envelope:
        raise Invalid("record", None, 'a JSON object with the key "event"')
    return envelope["event"], str(envelope.get("request_id", ""))
