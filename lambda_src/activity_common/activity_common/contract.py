"""From bytes to an event: parsed, checked against the schema, its time checked against the clock."""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import fastjsonschema

from activity_common.invalid import Invalid
from activity_common.schema import SCHEMA, description_of

MAX_EVENT_BYTES: Final = 64 * 1024
MAX_BATCH_EVENTS: Final = 500  # what one PutRecords takes
MAX_BODY_BYTES: Final = 2 * 1024 * 1024  # well under Lambda's 6 MB and what one PutRecords takes
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
CLOCK_SKEW: Final = timedelta(minutes=5)
# DynamoDB takes 32 levels; a JSON Schema cannot say so.
MAX_LEVELS: Final = 20

_matches_schema = fastjsonschema.compile(SCHEMA)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that a user did. `user_id` and `event_id` together identify it.

    Attributes:
        occurred_at: in UTC, whatever offset the sender used.
    """

    user_id: str
    event_id: str
    type: str
    occurred_at: datetime
    properties: dict[str, Any]


def finite(digits: str) -> float:
    """A number as the double that JSON's users agree on (RFC 8259, section 6).

    Raises:
        Invalid: the number is too large to be one.
    """
    number = float(digits)
    if math.isinf(number):
        raise Invalid("number", digits, "a number that fits a double, at most 1.7e308")
    return number


def parse(document: bytes | str, *, parse_float: Callable[[str], Any] = finite) -> Any:
    """Parses JSON as RFC 8259 has it, which Python's own parser extends.

    Args:
        document: UTF-8 bytes, or text.
        parse_float: makes a number out of the digits; by default a finite double.

    Raises:
        Invalid: not JSON; or JSON that nothing behind us can hold: NaN, infinities, half a surrogate pair, nesting
            deeper or integers longer than Python reads.
    """
    try:
        text = document if isinstance(document, str) else document.decode()
        value = json.loads(text, parse_float=parse_float, parse_constant=_no_constant)
        # Only an escape can bring in half a surrogate pair, so only then is the second pass paid for.
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False, default=str).encode()
    except Invalid:
        raise
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise Invalid("body", document, f"JSON (RFC 8259) in UTF-8; {_without_content(error)}") from None
    return value


def candidates_of(document: Any) -> list[Any]:
    """The unchecked events of a request: those of `{"events": [...]}`, or the one that the document is.

    Raises:
        Invalid: a batch that is none.
    """
    if not isinstance(document, dict) or "events" not in document:
        return [document]
    if unknown := next((name for name in document if name != "events"), None):
        raise Invalid(unknown, document[unknown], 'left out: a batch is {"events": [...]}, and nothing else')
    events = document["events"]
    if not isinstance(events, list) or not 1 <= len(events) <= MAX_BATCH_EVENTS:
        found = f"{len(events)} events" if isinstance(events, list) else events
        raise Invalid("events", found, f"a list of 1 to {MAX_BATCH_EVENTS} events")
    return events


def check(candidate: Any, *, now: datetime) -> Event:
    """Checks one parsed candidate against the contract.

    Args:
        candidate: what `parse` gave.
        now: against which "at most 5 minutes ahead" is meant.

    Raises:
        Invalid: names the first field that is wrong.
    """
    # First, as nothing that follows is safe with any depth.
    if _levels(candidate) > MAX_LEVELS:
        raise Invalid("event", "(too deep to show)", f"nested at most {MAX_LEVELS} levels deep")
    try:
        _matches_schema(candidate)
    except fastjsonschema.JsonSchemaValueException as error:
        raise _invalid(error) from None
    return Event(
        user_id=candidate["user_id"],
        event_id=candidate["event_id"],
        type=candidate["type"],
        occurred_at=_time(candidate["occurred_at"], now),
        properties=candidate.get("properties", {}),
    )


def _time(text: str, now: datetime) -> datetime:
    try:
        moment = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):  # 30 February; year 1 with an offset
        raise Invalid("occurred_at", text, description_of("occurred_at")) from None
    if not EARLIEST <= moment <= now + CLOCK_SKEW:
        raise Invalid("occurred_at", text, description_of("occurred_at"))
    return moment


def _levels(value: Any) -> int:
    levels, containers = 0, [value]
    while containers := [each for each in containers if isinstance(each, dict | list)]:
        levels += 1
        containers = [child for each in containers for child in (each.values() if isinstance(each, dict) else each)]
    return levels


def _invalid(error: fastjsonschema.JsonSchemaValueException) -> Invalid:
    path = [str(step) for step in error.path[1:]]  # the first step is fastjsonschema's own name for the whole
    if path:
        return Invalid(".".join(path), error.value, description_of(path[0]))
    if error.rule == "required":
        missing = next(field for field in SCHEMA["required"] if field not in error.value)
        return Invalid(missing, None, f"given: {description_of(missing)}")
    if error.rule == "additionalProperties":
        unknown = next(field for field in error.value if field not in SCHEMA["properties"])
        return Invalid(unknown, error.value[unknown], f"left out: an event is {SCHEMA['description']}")
    return Invalid("event", error.value, SCHEMA["description"])


def _no_constant(name: str) -> None:
    raise Invalid("number", name, "a finite number: JSON knows no NaN or Infinity")


def _without_content(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at character {error.pos}"
    return {
        UnicodeDecodeError: "the bytes are not UTF-8",
        UnicodeEncodeError: "a \\u escape is half a surrogate pair",
        RecursionError: "it is nested too deeply",
    }.get(type(error), "a number has too many digits")
