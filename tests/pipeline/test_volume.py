"""The pipeline in a local cloud, IAM enforced, Sentry hanging: exactly once at volume; replayed; a user erased.

CHAOS_EVENTS says how many events (`make test` 20,000 as well).
"""

import json
import os
import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest

from demo.waiting import wait_until
from tests.local_cloud.command import run, subcommand
from tests.local_cloud.limited_user import limited_user
from tests.pipeline.cloud import Cloud, Key, deployed
from tests.unit.activity.fakes import event

pytestmark = pytest.mark.xdist_group("pipeline_cloud")

EVENTS = int(os.environ.get("CHAOS_EVENTS", "20000"))
AT_A_TIME = 4
POISON = 5
USERS = 300


@dataclass
class Sent:
    """The books of the sender."""

    events: dict[Key, dict[str, Any]] = field(default_factory=dict)
    acknowledged: set[Key] = field(default_factory=set)
    refused: set[Key] = field(default_factory=set)
    poison: set[Key] = field(default_factory=set)
    stored: dict[Key, dict[str, Any]] = field(default_factory=dict)
    counters: Counter[tuple[str, str, str]] = field(default_factory=Counter)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with deployed(tmp_path_factory.mktemp("pipeline")) as running:
        yield running


def batches() -> Iterator[list[dict[str, Any]]]:
    """Batches of many sizes."""
    chance = random.Random(7)
    made = 0
    while made < EVENTS:
        size = min(chance.choice([1, 50, 200, 500, 500, 500]), EVENTS - made)
        batch = [
            event(
                user_id=f"user-{int(USERS * chance.random() ** 2)}",
                event_id=f"e{made + place}",
                type=chance.choice(["page_view", "purchase", "search"]),
                occurred_at=f"2025-0{chance.randint(1, 9)}-1{chance.randint(0, 9)}T10:00:00Z",
                properties={"page": chance.randrange(100), "ratio": chance.random()},
            )
            for place in range(size)
        ]
        made += size
        yield batch


def post(cloud: Cloud, batch: list[dict[str, Any]], books: Sent) -> None:
    """Posts until everything is acknowledged, as a careful sender does; before that, once with a bad event in it."""
    keys = {(each["user_id"], each["event_id"]): each for each in batch}
    if len(batch) >= 50:
        refused = event(user_id="nobody", event_id=batch[0]["event_id"])
        bad = [refused, *batch[:497], event(type="BAD")]
        answer = cloud.call("POST", "/activity", json.dumps({"events": bad}))
        assert answer.status_code == 400
        assert [each["index"] for each in answer.json()["errors"]] == [len(bad) - 1]
        books.refused.add(("nobody", refused["event_id"]))
    for _ in range(10):
        answer = cloud.call("POST", "/activity", json.dumps({"events": batch}))
        assert answer.status_code in {202, 503}, answer.text
        books.events |= keys
        results = zip(batch, answer.json()["results"], strict=True)
        books.acknowledged |= {
            (each["user_id"], each["event_id"]) for each, result in results if result["status"] == "accepted"
        }
        if answer.status_code == 202:
            return
    pytest.fail("ten attempts were not enough")


@pytest.fixture(scope="module")
def books(cloud: Cloud) -> Sent:
    """Everything sent, and worked off by the validator."""
    sent = Sent()
    everything = list(batches())
    again = [batch for number, batch in enumerate(everything) if number % 10 == 0]  # senders repeat themselves
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        for _ in pool.map(lambda batch: post(cloud, batch, sent), [*everything, *again]):
            pass
    for number in range(POISON):
        poison = event(user_id="poisoned", event_id=f"poison-{number}", properties={"amount": 1e300})
        post(cloud, [poison], sent)
        sent.poison.add(("poisoned", f"poison-{number}"))
    # The last on the stream's one shard; all else is through when these are.
    wait_until(lambda: cloud.quarantined() >= POISON, what="poison in quarantine", timeout_s=240)
    # Now: tests come in any order, and one of them erases a user.
    sent.stored, sent.counters = cloud.stored(), cloud.counters()
    return sent


def test_every_acknowledged_event_is_stored_exactly_once(books: Sent) -> None:
    assert len(books.acknowledged) == EVENTS + POISON
    assert books.stored.keys() == books.acknowledged - books.poison


def test_no_refused_event_is_stored(books: Sent) -> None:
    assert books.refused
    assert not books.refused & books.stored.keys()


def test_counters_equal_the_events(books: Sent) -> None:
    expected = Counter(
        (user, each["occurred_at"][:10], each["type"]) for (user, _), each in books.events.items() if user != "poisoned"
    )
    assert books.counters == expected


def test_what_is_shown_equals_what_was_sent(cloud: Cloud, books: Sent) -> None:
    for user in ("user-0", "user-7", f"user-{USERS - 1}"):
        sent = {id_: each for (owner, id_), each in books.events.items() if owner == user}
        totals = cloud.history(user, granularity="year")["totals"]
        assert totals["counts"] == Counter(each["type"] for each in sent.values())
        shown = cloud.events(user, limit="50")
        assert {each["event_id"]: each["properties"] for each in shown} == {
            id_: each["properties"] for id_, each in sent.items()
        }
        times = [each["occurred_at"] for each in shown]
        assert times == sorted(times, reverse=True)


def test_who_does_not_sign_is_refused(cloud: Cloud) -> None:
    session, url = cloud.deployment.aws.session(), f"{cloud.deployment.api_url()}/activity"
    assert session.post(url, json=event(user_id="stranger")).status_code == 403


def test_a_function_does_nothing_that_its_role_does_not_allow(cloud: Cloud) -> None:
    """So the roles of the template allowed all that the other tests saw; and a refusal acknowledges nothing."""
    iam, role = cloud.client("iam"), cloud.deployment.one("AWS::IAM::Role", "IngestRole").physical_id
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    policies = [iam.get_role_policy(RoleName=role, PolicyName=name) for name in names]
    for name in names:
        iam.delete_role_policy(RoleName=role, PolicyName=name)
    body = json.dumps(event(user_id="stranger", event_id="refused"))
    answer = cloud.call("POST", "/activity", body)
    assert answer.status_code == 503
    assert answer.json()["results"] == [{"event_id": "refused", "status": "failed"}]
    for policy in policies:
        document = json.dumps(policy["PolicyDocument"])
        iam.put_role_policy(RoleName=role, PolicyName=policy["PolicyName"], PolicyDocument=document)
    assert cloud.history("stranger")["totals"]["total"] == 0
    # The refused event must not come later either: it would end up in the books of the other tests.
    assert "stranger" not in {user for user, _ in cloud.stored()}


def command(cloud: Cloud, name: str, *arguments: str) -> str:
    """Runs `cdk-sentry` on the deployed stack as a user who may do what it says that it needs, and nothing else."""
    with limited_user(cloud.deployment.aws, name.replace(" ", "-"), subcommand(name).permissions) as environment:
        done = run(environment, *name.split(), *arguments, "--stack", cloud.stack, timeout_s=120)
    assert (done.code, done.err) == (0, "")
    return done.out


def test_the_quarantine_is_replayed_and_what_is_still_poison_comes_back_until_its_user_is_erased(
    cloud: Cloud, books: Sent
) -> None:
    before = cloud.counters()
    assert len(books.poison) == POISON
    said = command(cloud, "quarantine replay")
    assert f"quarantine: {POISON} messages, {POISON} records put on the stream again" in said
    assert "failures: 0 messages, 0 records" in said
    wait_until(lambda: cloud.quarantined() >= POISON, what="poison in quarantine again", timeout_s=60)
    assert cloud.counters() == before

    assert f"{POISON} messages of the quarantine" in command(cloud, "forget", "--user", "poisoned")
    assert cloud.quarantined() == 0


def test_erasing_a_user_leaves_nothing_of_it_and_all_of_the_others(cloud: Cloud, books: Sent) -> None:
    of_user = {key for key in books.events if key[0] == "user-1"}
    others = Counter({place: count for place, count in cloud.counters().items() if place[0] != "user-1"})
    assert of_user
    assert "Erased " in command(cloud, "forget", "--user", "user-1")
    assert cloud.stored().keys() == books.acknowledged - books.poison - of_user
    assert cloud.counters() == others
    assert cloud.history("user-1")["totals"]["total"] == 0
    assert cloud.events("user-1") == []
