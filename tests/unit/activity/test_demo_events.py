"""The shipped events are what they say they are."""

import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import activity_store
import pytest
from activity_common import record
from activity_common.contract import check, parse
from activity_common.invalid import Invalid

from demo import make_events

LINES: list[dict[str, str]] = [json.loads(line) for line in make_events.EVENTS.read_text().splitlines()]


def becomes(body: str) -> str:
    """What has to become of a body, by the functions' own rules."""
    now = datetime.now(UTC)
    try:
        candidate: Any = parse(body)
        check(candidate, now=now)
    except Invalid:
        return "rejected"
    received, _ = record.decode(record.encode(candidate, request_id=""))
    try:
        activity_store.item_of(check(received, now=now), expires_at_s=0, request_id="", size_bytes=0)
    except Invalid:
        return "quarantined"
    return "accepted"


def test_the_file_is_what_the_script_makes() -> None:
    assert make_events.EVENTS.read_text().splitlines() == list(make_events.lines())


@pytest.mark.parametrize("line", LINES, ids=range(1, len(LINES) + 1))
def test_each_line_says_what_becomes_of_it(line: dict[str, str]) -> None:
    assert becomes(line["body"]) == line["expected"]


def test_one_in_twenty_is_bad_each_in_its_own_way() -> None:
    expected = Counter(line["expected"] for line in LINES)
    bad = [line["body"] for line in LINES if line["expected"] != "accepted"]
    assert expected.total() >= 300
    assert len(bad) == len(set(bad)) == expected.total() / 20
    assert expected["quarantined"] >= 3


def test_good_ones_come_from_many_users_over_several_days_some_twice() -> None:
    good = [json.loads(line["body"]) for line in LINES if line["expected"] == "accepted"]
    ids = Counter((event["user_id"], event["event_id"]) for event in good)
    assert len({event["user_id"] for event in good}) >= 30
    assert len({event["occurred_at"][:10] for event in good}) >= 7
    assert ids.most_common()[0][1] == 2
