"""The contract: what an event may be, and what is said when it is not."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from activity_common import record
from activity_common.contract import CLOCK_SKEW, EARLIEST, MAX_LEVELS, check, parse
from activity_common.invalid import Invalid
from activity_common.schema import can_be
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.activity.fakes import event

NOW = datetime(2025, 1, 1, 12, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def problem_of(body: Any) -> Invalid:
    with pytest.raises(Invalid) as caught:
        check(parse(body if isinstance(body, str | bytes) else json.dumps(body)), now=NOW)
    return caught.value


@pytest.mark.parametrize(
    ("changed", "field", "value"),
    [
        ({"user_id": 17}, "user_id", 17),
        ({"user_id": "two words"}, "user_id", "two words"),
        ({"user_id": ""}, "user_id", ""),
        ({"user_id": "ada\n"}, "user_id", "ada\n"),
        ({"user_id": "x" * 129}, "user_id", "x" * 129),
        ({"user_id": "a#b"}, "user_id", "a#b"),
        ({"event_id": None}, "event_id", None),
        ({"event_id": "-first"}, "event_id", "-first"),
        ({"type": "Page View"}, "type", "Page View"),
        ({"properties": ["a"]}, "properties", ["a"]),
        ({"properties": {str(n): n for n in range(51)}}, "properties", None),
        ({"colour": "red"}, "colour", "red"),
        ({"occurred_at": 1735732800}, "occurred_at", 1735732800),
        ({"occurred_at": "2025-01-01"}, "occurred_at", "2025-01-01"),
        ({"occurred_at": "2025-01-01T10:00:00"}, "occurred_at", "2025-01-01T10:00:00"),
        ({"occurred_at": "2025-02-30T10:00:00Z"}, "occurred_at", "2025-02-30T10:00:00Z"),
        ({"occurred_at": "2025-01-01T10:00:00+99:99"}, "occurred_at", "2025-01-01T10:00:00+99:99"),
        ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "occurred_at", "0001-01-01T00:00:00+14:00"),
        ({"occurred_at": "9999-12-31T23:59:59-14:00"}, "occurred_at", "9999-12-31T23:59:59-14:00"),
        ({"occurred_at": "\u0662\u0660\u0662\u0665-01-01T10:00:00Z"}, "occurred_at", None),  # digits, not ASCII
    ],
)
def test_a_wrong_field_is_named_with_its_value_and_what_is_allowed(
    changed: dict[str, Any], field: str, value: object
) -> None:
    answer = problem_of(event(**changed)).answer()
    assert answer["field"] == field
    assert value is None or answer["value"] == value
    assert len(answer["allowed"]) > 10


@pytest.mark.parametrize("missing", ["user_id", "event_id", "type", "occurred_at"])
def test_a_missing_field_is_named(missing: str) -> None:
    body = event()
    del body[missing]
    assert problem_of(body).field == missing
    assert "given" in problem_of(body).allowed


@pytest.mark.parametrize("body", ["", "{", "nul", "[1,]", b"\xff\xfe", "\ufeff{}", '{"a": NaN}', '{"a": -Infinity}'])
def test_what_is_not_json_is_refused_in_words(body: str | bytes) -> None:
    assert "JSON" in problem_of(body).allowed


@pytest.mark.parametrize("body", ["[]", "null", "17", '"text"', "true"])
def test_json_that_is_no_object_is_refused_in_words(body: str) -> None:
    assert problem_of(body).field == "event"


@pytest.mark.parametrize(
    "properties",
    [
        '{"n": 1e999}',
        '{"n": ' + "9" * 5000 + "}",
        '{"n": "\\ud800"}',
        '{"\\udfff": 1}',
        '{"n": ' + "[" * 50_000 + "]" * 50_000 + "}",
        '{"n": ' + "[" * MAX_LEVELS + "]" * MAX_LEVELS + "}",
    ],
    ids=["infinite", "too many digits", "half a pair", "half a pair as key", "very deep", "deep"],
)
def test_what_nothing_behind_can_hold_is_refused(properties: str) -> None:
    body = json.dumps(event())[:-1] + f', "properties": {properties}' + "}"
    problem = problem_of(body)
    assert problem.allowed
    json.dumps(problem.answer())


def test_a_deep_value_in_an_unknown_field_does_not_break_the_answer() -> None:
    body = json.dumps(event())[:-1] + ', "colour": ' + "[" * 900 + "]" * 900 + "}"
    json.dumps(problem_of(body).answer())


@pytest.mark.parametrize(
    ("moment", "allowed"),
    [
        (NOW + CLOCK_SKEW, True),
        (NOW + CLOCK_SKEW + timedelta(seconds=1), False),
        (EARLIEST, True),
        (EARLIEST - timedelta(seconds=1), False),
    ],
)
def test_times_end_at_the_year_2000_and_a_little_ahead_of_now(moment: datetime, *, allowed: bool) -> None:
    body = event(occurred_at=moment.isoformat())
    if allowed:
        assert check(body, now=NOW).occurred_at == moment
    else:
        assert problem_of(body).field == "occurred_at"


@pytest.mark.parametrize(
    "text", ["2025-01-01T00:30:00+01:00", "2024-12-31T23:30:00Z", "2024-12-31T23:30:00.000000000Z"]
)
def test_a_time_is_kept_in_utc(text: str) -> None:
    assert check(event(occurred_at=text), now=NOW).occurred_at == datetime(2024, 12, 31, 23, 30, tzinfo=UTC)


@given(body=st.binary() | st.text().map(lambda text: text.encode(errors="replace")) | JSON.map(json.dumps))
def test_nothing_but_invalid_is_ever_raised(body: bytes | str) -> None:
    try:
        check(parse(body), now=NOW)
    except Invalid as problem:
        json.dumps(problem.answer())


@given(properties=st.dictionaries(st.text(), JSON, max_size=5))
def test_what_is_sent_is_what_the_record_says(properties: dict[str, Any]) -> None:
    """Numbers, whatever their size, and text beyond ASCII survive ingest and the stream."""
    sent = event(properties=properties)
    received, request_id = record.decode(record.encode(parse(json.dumps(sent)), request_id="r"))
    assert json.loads(json.dumps(received, default=float)) == json.loads(json.dumps(sent))
    assert request_id == "r"


@given(secret=st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=3, max_size=20))
def test_the_text_of_a_problem_never_holds_the_value(secret: str) -> None:
    """It goes to the log and to Sentry."""
    bodies: list[Any] = [event(**{field: secret}) for field in ("user_id", "type", "occurred_at", "properties")]
    bodies += [event(event_id=[secret]), event(colour=secret), secret]
    for body in bodies:
        assert secret not in str(problem_of(body))


def test_a_long_value_is_cut_in_the_answer() -> None:
    assert len(problem_of(event(user_id="x" * 10_000)).answer()["value"]) < 300


@pytest.mark.parametrize(
    ("text", "valid"),
    [("ada", True), ("a@b.c:1", True), ("", False), ("ada\n", False), ("#", False), ("x" * 129, False)],
)
def test_a_user_id_is_known_without_compiling_the_schema(text: str, *, valid: bool) -> None:
    assert can_be("user_id", text) is valid


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'"event"', b"\xff"])
def test_bytes_that_are_no_record_are_refused(data: bytes) -> None:
    with pytest.raises(Invalid):
        record.decode(data)
