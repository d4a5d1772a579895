"""`GET /users/{user_id}/history`."""

import json
from collections import Counter
from datetime import date, timedelta
from typing import Any

import activity_history
import pytest
from activity_periods import Period, aggregate
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.activity.fakes import FakeDynamoDB


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> FakeDynamoDB:
    fake = FakeDynamoDB()
    monkeypatch.setattr(activity_history, "_dynamodb", lambda: fake)
    monkeypatch.setenv("TABLE_NAME", "activity")
    for day, counts in {
        "2024-12-29": {"page_view": 1},
        "2024-12-30": {"page_view": 2, "purchase": 1},
        "2025-01-01": {"page_view": 4},
        "2025-02-01": {"sign_in": 8},
    }.items():
        fake.items["USER#ada", f"DAY#{day}"] = {f"type:{name}": {"N": str(n)} for name, n in counts.items()}
    fake.items["USER#ada", "EVENT#DAY#2025-01-01"] = {"type": {"S": "page_view"}}
    fake.items["USER#adam", "DAY#2025-01-01"] = {"type:page_view": {"N": "99"}}
    return fake


def get(user_id: str, **parameters: str) -> tuple[int, dict[str, Any]]:
    request = {"pathParameters": {"user_id": user_id}, "queryStringParameters": parameters or None}
    answer = activity_history.handler(request, None)
    return answer["statusCode"], json.loads(answer["body"])


@pytest.mark.usefixtures("table")
def test_a_history_is_counts_by_day_and_totals() -> None:
    assert get("ada") == (
        200,
        {
            "user_id": "ada",
            "granularity": "day",
            "periods": [
                {"period": "2024-12-29", "counts": {"page_view": 1}, "total": 1},
                {"period": "2024-12-30", "counts": {"page_view": 2, "purchase": 1}, "total": 3},
                {"period": "2025-01-01", "counts": {"page_view": 4}, "total": 4},
                {"period": "2025-02-01", "counts": {"sign_in": 8}, "total": 8},
            ],
            "totals": {"counts": {"page_view": 7, "purchase": 1, "sign_in": 8}, "total": 16},
            "next": None,
        },
    )


@pytest.mark.parametrize(
    ("granularity", "totals"),
    [
        ("week", {"2024-W52": 1, "2025-W01": 7, "2025-W05": 8}),
        ("month", {"2024-12": 4, "2025-01": 4, "2025-02": 8}),
        ("year", {"2024": 4, "2025": 12}),
    ],
)
@pytest.mark.usefixtures("table")
def test_days_are_summed_into_longer_periods(granularity: str, totals: dict[str, int]) -> None:
    body = get("ada", granularity=granularity)[1]
    assert {period["period"]: period["total"] for period in body["periods"]} == totals


@pytest.mark.usefixtures("table")
def test_both_ends_of_the_range_are_included() -> None:
    body = get("ada", **{"from": "2024-12-30", "to": "2025-01-01"})[1]
    assert [period["period"] for period in body["periods"]] == ["2024-12-30", "2025-01-01"]
    assert body["totals"]["total"] == 7


@pytest.mark.usefixtures("table")
def test_of_an_unknown_user_everything_is_zero() -> None:
    assert get("nobody") == (
        200,
        {"user_id": "nobody", "granularity": "day", "periods": [], "totals": {"counts": {}, "total": 0}, "next": None},
    )


@pytest.mark.usefixtures("table")
def test_a_user_id_from_a_url_is_decoded() -> None:
    assert get("a%40b.c")[1]["user_id"] == "a@b.c"


@pytest.mark.parametrize(
    ("parameters", "field", "value"),
    [
        ({"from": "yesterday"}, "from", "yesterday"),
        ({"from": "20250101"}, "from", "20250101"),
        ({"to": "2025-W01-1"}, "to", "2025-W01-1"),
        ({"to": "2025-02-30"}, "to", "2025-02-30"),
        ({"from": ""}, "from", ""),
        ({"from": "2025-01-02", "to": "2025-01-01"}, "from", "2025-01-02"),
        ({"granularity": "hour"}, "granularity", "hour"),
        ({"colour": "red"}, "colour", "red"),
        ({"type": "Page View"}, "type", "Page View"),
        ({"type": ""}, "type", ""),
        ({"limit": "0"}, "limit", "0"),
        ({"limit": "1001"}, "limit", "1001"),
        ({"limit": "\u0661"}, "limit", "\u0661"),
        ({"limit": "9" * 5000}, "limit", None),
    ],
)
def test_a_wrong_parameter_is_named_with_its_value_and_what_is_allowed(
    table: FakeDynamoDB, parameters: dict[str, str], field: str, value: str | None
) -> None:
    status, body = get("ada", **parameters)
    assert status == 400
    (error,) = body["errors"]
    assert error["field"] == field
    assert value is None or error["value"] == value
    assert error["allowed"]
    assert table.reads == 0


@pytest.mark.usefixtures("table")
def test_a_type_is_counted_alone() -> None:
    body = get("ada", type="purchase", granularity="month")[1]
    assert body["periods"] == [{"period": "2024-12", "counts": {"purchase": 1}, "total": 1}]
    assert body["totals"] == {"counts": {"purchase": 1}, "total": 1}


@pytest.mark.parametrize("granularity", ["day", "week", "month", "year"])
@pytest.mark.parametrize("limit", ["1", "2", "3"])
@pytest.mark.usefixtures("table")
def test_pages_put_together_are_the_whole_history(granularity: str, limit: str) -> None:
    whole = get("ada", granularity=granularity)[1]["periods"]
    pages, start = [], "2000-01-01"
    while start:
        page = get("ada", **{"granularity": granularity, "limit": limit, "from": start})[1]
        assert len(page["periods"]) <= int(limit)
        assert page["totals"]["total"] == sum(period["total"] for period in page["periods"])
        pages += page["periods"]
        start = page["next"]
    assert pages == whole


@pytest.mark.usefixtures("table")
def test_a_parameter_that_is_given_twice_is_refused() -> None:
    request = {
        "pathParameters": {"user_id": "ada"},
        "queryStringParameters": {"from": "2025-01-01"},
        "multiValueQueryStringParameters": {"from": ["2024-01-01", "2025-01-01"]},
    }
    assert activity_history.handler(request, None)["statusCode"] == 400


@pytest.mark.parametrize(
    ("authorizer", "status"),
    [
        (None, 200),
        ({"claims": {"sub": "ada"}}, 200),
        ({"claims": {"sub": "eve"}}, 403),
        ({"claims": {}}, 403),
        ({"user_id": "ada"}, 200),
        ({"user_id": "eve"}, 403),
        ({"principalId": "service"}, 200),
    ],
)
@pytest.mark.parametrize("resource", ["/users/{user_id}/history", "/users/{user_id}/events"])
def test_whoever_logs_in_reads_nobody_elses_data(
    table: FakeDynamoDB, authorizer: dict[str, Any] | None, status: int, resource: str
) -> None:
    request = {
        "resource": resource,
        "pathParameters": {"user_id": "ada"},
        "requestContext": {} if authorizer is None else {"authorizer": authorizer},
    }
    assert activity_history.handler(request, None)["statusCode"] == status
    assert status == 200 or table.reads == 0


@pytest.mark.parametrize("user_id", ["", "%20", "a%23b", "x" * 129])
@pytest.mark.usefixtures("table")
def test_what_can_be_no_user_is_a_400(user_id: str) -> None:
    status, body = get(user_id)
    assert (status, body["errors"][0]["field"]) == (400, "user_id")


def test_a_history_of_many_pages_is_whole(table: FakeDynamoDB) -> None:
    table.page_size = 1
    assert get("ada")[1]["totals"]["total"] == 16


def test_what_is_read_does_not_grow_with_the_number_of_events(table: FakeDynamoDB) -> None:
    get("ada")
    reads = table.reads
    for number in range(1000):
        table.items["USER#ada", f"EVENT#{number}"] = {"type": {"S": "page_view"}}
    table.items["USER#ada", "DAY#2025-01-01"]["type:page_view"] = {"N": "1004"}
    get("ada")
    assert table.reads == 2 * reads


@given(
    days=st.dictionaries(
        st.dates(date(2000, 1, 1), date(2030, 12, 31)),
        st.dictionaries(st.sampled_from("abc"), st.integers(1, 100), min_size=1),
        max_size=40,
    )
)
def test_every_granularity_sums_to_the_same_total(days: dict[date, dict[str, int]]) -> None:
    expected = sum((Counter(counts) for counts in days.values()), Counter[str]())
    for period in Period:
        body = aggregate(sorted(days.items()), period, limit=10_000)
        assert body["totals"]["counts"] == expected
        assert sum(each["total"] for each in body["periods"]) == expected.total() == body["totals"]["total"]
        labels = [each["period"] for each in body["periods"]]
        assert labels == sorted(set(labels))


@given(day=st.dates(date(2000, 1, 1), date(2030, 12, 24)))
def test_days_of_one_iso_week_share_a_label(day: date) -> None:
    monday = day - timedelta(days=day.weekday())
    assert {Period.WEEK.label(monday + timedelta(days=n)) for n in range(7)} == {Period.WEEK.label(day)}
    assert Period.WEEK.label(monday + timedelta(days=7)) != Period.WEEK.label(day)
