"""The demo's comparisons notice what is wrong: a demo that cannot fail shows nothing."""

import json
from typing import Any

import pytest

from demo.accounting import Accounts, Check, check_answers, check_sentry, histories
from demo.sentry_inbox import issues
from demo.traffic import Activity, Outcome, Sent
from tests.local_cloud.conftest import Cloud, Traffic

NEVER_SENT = Activity(
    body=json.dumps(
        {"user_id": "nobody", "event_id": "never-sent", "type": "page_view", "occurred_at": "2025-01-31T12:00:00Z"}
    ),
    expected=Outcome.ACCEPTED,
)


def test_a_history_counts_by_utc_day_and_each_event_once() -> None:
    late = _activity("ada", "1", occurred_at="2025-01-31T23:30:00-02:00")
    other = _activity("ada", "2", occurred_at="2025-01-31T12:00:00Z", kind="purchase")
    rejected = Activity(body="not JSON", expected=Outcome.REJECTED)

    assert histories([late, other, late, rejected]) == {
        "ada": {"2025-02-01": {"page_view": 1}, "2025-01-31": {"purchase": 1}}
    }


@pytest.mark.xdist_group("local_cloud")
def test_an_event_that_was_lost_is_noticed(cloud: Cloud, shipped_traffic: Traffic) -> None:
    accounts = Accounts(cloud.deployment, cloud.session, [*shipped_traffic.activities, NEVER_SENT])

    failed = _failed(accounts.wait_until_through(timeout_s=0.5))

    assert [check.what for check in failed] == [
        "events in the table",
        "users whose history is as sent",
        "history of nobody",
    ]
    assert failed[2].expected == "{'2025-01-31': {'page_view': 1}}"
    assert failed[2].found == "{}"


@pytest.mark.xdist_group("local_cloud")
def test_a_record_that_is_not_in_quarantine_is_noticed(cloud: Cloud, shipped_traffic: Traffic) -> None:
    poison = Activity(body="{}", expected=Outcome.QUARANTINED)
    accounts = Accounts(cloud.deployment, cloud.session, [*shipped_traffic.activities, poison])

    (failed,) = _failed(accounts.wait_until_through(timeout_s=0.5))

    assert failed.what == "messages in the quarantine queue"
    assert int(failed.expected) == int(failed.found) + 1


@pytest.mark.parametrize(
    ("expected", "status"),
    [(Outcome.ACCEPTED, 500), (Outcome.ACCEPTED, 400), (Outcome.REJECTED, 202), (Outcome.QUARANTINED, 400)],
)
def test_a_wrong_answer_is_noticed_and_shown(expected: Outcome, status: int) -> None:
    sent = Sent(Activity(body="the body", expected=expected), status, "the answer")

    total, wrong = check_answers([sent])

    assert not total.passed
    assert wrong == Check("answer to the body", expected, f"{status} the answer")


@pytest.mark.xdist_group("local_cloud")
@pytest.mark.parametrize("missing", ["service", "memory_mb", "cold_start", "function_version"])
def test_an_event_without_one_of_its_tags_is_noticed(cloud: Cloud, shipped_traffic: Traffic, missing: str) -> None:
    expected = shipped_traffic.accounts.to_quarantine
    event: dict[str, Any] = cloud.wait_for_function_events(expected)[0]
    poorer = event | {"tags": {name: value for name, value in event["tags"].items() if name != missing}}

    (failed,) = _failed(check_sentry([poorer], cloud.deployment, expected=1))

    assert failed == Check("of these with every tag", "1 of 1", "0 of 1")


def test_events_of_one_error_are_one_issue_with_the_tags_they_share() -> None:
    cold, warm = (_error_event({"function_name": "ingest", "cold_start": cold}) for cold in ("true", "false"))
    elsewhere = _error_event({"function_name": "history", "cold_start": "true"})

    most, other = issues([cold, warm, elsewhere])

    assert (most.events, most.function, most.tags) == (2, "ingest", {"function_name": "ingest"})
    assert most.title == "KeyError: 'Records'"
    assert (other.events, other.function) == (1, "history")


def _activity(user_id: str, event_id: str, *, occurred_at: str, kind: str = "page_view") -> Activity:
    event = {"user_id": user_id, "event_id": event_id, "type": kind, "occurred_at": occurred_at}
    return Activity(body=json.dumps(event), expected=Outcome.ACCEPTED)


def _error_event(tags: dict[str, str]) -> dict[str, Any]:
    frame = {"module": "activity_validate", "function": "handler"}
    error = {"type": "KeyError", "value": "'Records'", "stacktrace": {"frames": [frame]}}
    return {"exception": {"values": [error]}, "tags": tags, "environment": "local", "release": "1"}


def _failed(checks: list[Check]) -> list[Check]:
    return [check for check in checks if not check.passed]
