"""What a caller asks, out of an API Gateway proxy event."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import unquote

from activity_common.invalid import Invalid
from activity_common.schema import can_be, description_of
from activity_periods import Period

FIRST_DAY = date(2000, 1, 1)
LAST_DAY = date(9999, 12, 31)
PERIODS_BY_DEFAULT, MAX_PERIODS = 366, 1000
EVENTS_BY_DEFAULT, MAX_EVENTS = 100, 500


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a user's days from `first` to `last`, both included.

    Attributes:
        limit: periods or events on one page.
        period: how finely a history is cut.
        type: of the events that count; all when empty.
        after: where the page before ended, as it said itself.
    """

    user_id: str
    first: date
    last: date
    limit: int
    period: Period = Period.DAY
    type: str = ""
    after: str = ""


def history_question(request: dict[str, Any]) -> Question:
    """A question for counts.

    Raises:
        Invalid: names the first parameter that is wrong.
    """
    asked = _parameters(request, "from", "to", "granularity", "type", "limit")
    return Question(
        _user_id(request),
        *_days(asked),
        limit=_limit(asked, PERIODS_BY_DEFAULT, MAX_PERIODS),
        period=Period.named(asked.get("granularity", Period.DAY)),
        type=_type(asked),
    )


def events_question(request: dict[str, Any]) -> Question:
    """A question for events.

    Raises:
        Invalid: names the first parameter that is wrong.
    """
    asked = _parameters(request, "from", "to", "limit", "after")
    limit = _limit(asked, EVENTS_BY_DEFAULT, MAX_EVENTS)
    return Question(_user_id(request), *_days(asked), limit=limit, after=asked.get("after", ""))


def _parameters(request: dict[str, Any], *known: str) -> dict[str, str]:
    asked: dict[str, str] = request.get("queryStringParameters") or {}
    if unknown := sorted(set(asked) - set(known)):
        raise Invalid(unknown[0], asked[unknown[0]], f"left out: the parameters are {', '.join(known)}")
    repeated = request.get("multiValueQueryStringParameters") or {}
    if twice := next((name for name, values in repeated.items() if len(values) > 1), None):
        raise Invalid(twice, repeated[twice], "given once")
    return asked


def _user_id(request: dict[str, Any]) -> str:
    user_id = unquote((request.get("pathParameters") or {}).get("user_id") or "")
    if not can_be("user_id", user_id):
        raise Invalid("user_id", user_id, description_of("user_id"))
    return user_id


def _days(asked: dict[str, str]) -> tuple[date, date]:
    first, last = _day(asked, "from", FIRST_DAY), _day(asked, "to", LAST_DAY)
    if first > last:
        raise Invalid("from", str(first), f"a day not after to, which is {last}")
    return first, last


def _day(asked: dict[str, str], name: str, default: date) -> date:
    text = asked.get(name)
    if text is None:
        return default
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    # Python also reads 20250131 and 2025-W05-5.
    if day is None or day.isoformat() != text:
        raise Invalid(name, text, "a day as YYYY-MM-DD, such as 2025-01-31")
    return day


def _limit(asked: dict[str, str], default: int, at_most: int) -> int:
    text = asked.get("limit")
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(at_most)) and 1 <= int(text) <= at_most):
        raise Invalid("limit", text, f"a whole number from 1 to {at_most}")
    return int(text)


def _type(asked: dict[str, str]) -> str:
    text = asked.get("type")
    if text is not None and not can_be("type", text):
        raise Invalid("type", text, description_of("type"))
    return text or ""
