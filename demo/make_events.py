"""Makes demo/events.jsonl: `python -m demo.make_events`. The same file each time.

Each line is `{"expected": ..., "body": ...}`: what is posted, as it is, and what has to become of it: `accepted`,
`rejected` by the API with a 400, or `quarantined` behind it. Times lie in the past and are fixed, over the turn of a
year, so that the days, ISO weeks, months and years of a history differ; the file never goes out of date.
"""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

SEED = 20241228
FIRST_MOMENT = datetime(2024, 12, 28, tzinfo=UTC)
DAYS = 8
VALID = 368
SENT_AGAIN = 12
USERS = [*(f"user-{number:03}" for number in range(1, 38)), "ada@example.com", "org:42:ben", "x"]
TYPES = {"page_view": 10, "search": 4, "add_to_cart": 3, "purchase": 1, "sign_in": 2, "video.play": 2}
OFFSETS = ("Z", "Z", "Z", "+00:00", "+05:30", "-08:00", "+14:00")

EVENTS = Path(__file__).with_name("events.jsonl")


def valid_events(chance: random.Random) -> list[dict[str, Any]]:
    """Events of many users, some far busier than others."""
    busyness = [1 / (rank + 1) for rank in range(len(USERS))]
    events = []
    for number in range(VALID):
        event_type = chance.choices(list(TYPES), weights=list(TYPES.values()))[0]
        event: dict[str, Any] = {
            "user_id": chance.choices(USERS, weights=busyness)[0],
            "event_id": f"{chance.getrandbits(64):016x}-{number:03}",
            "type": event_type,
            "occurred_at": moment(chance),
        }
        if chance.random() < 0.8:  # noqa: PLR2004 - some events have no properties
            event["properties"] = properties(chance, event_type)
        events.append(event)
    return events


def moment(chance: random.Random) -> str:
    """A time within the days, in some sender's time zone and precision."""
    when = FIRST_MOMENT + timedelta(milliseconds=chance.randrange(DAYS * 24 * 60 * 60 * 1000))
    offset = chance.choice(OFFSETS)
    if offset == "Z":
        return when.isoformat(timespec=chance.choice(["seconds", "milliseconds"])).replace("+00:00", "Z")
    return when.astimezone(datetime.strptime(offset, "%z").tzinfo).isoformat(timespec="milliseconds")


def properties(chance: random.Random, event_type: str) -> dict[str, Any]:
    """What a client says beside the event: every JSON type, and text beyond ASCII."""
    said: dict[str, dict[str, Any]] = {
        "search": {"query": chance.choice(["caf\u00e9", "\u6771\u4eac", "\U0001f680 launch", "plain"]), "hits": 0},
        "add_to_cart": {"sku": f"sku-{chance.randrange(100)}", "quantity": chance.randrange(1, 5)},
        "purchase": {"amount": round(chance.uniform(1, 500), 2), "currency": "EUR", "coupon": None},
        "video.play": {"seconds": chance.uniform(0, 600), "qualities": [480, 720], "hd": chance.random() < 0.5},  # noqa: PLR2004
    }
    return said.get(event_type, {"path": f"/pages/{chance.randrange(50)}", "client": {"app": "web", "build": 7}})


def bad_bodies() -> Iterator[tuple[str, str]]:
    """One example of each way in which an event can be bad, and what has to become of it."""
    good = {
        "user_id": "user-001",
        "event_id": "bad-example",
        "type": "page_view",
        "occurred_at": "2025-01-01T12:00:00Z",
        "properties": {},
    }

    def changed(**fields: Any) -> str:
        return json.dumps(good | fields)

    rejected = [
        '{"user_id": "user-001", "event_id":',  # cut off on its way
        "user_id=user-001&type=page_view",  # a form, not JSON
        '"just a text"',
        json.dumps({name: value for name, value in good.items() if name != "user_id"}),
        json.dumps({name: value for name, value in good.items() if name != "occurred_at"}),
        changed(user_id=17),
        changed(properties=["a", "list"]),
        changed(user_id="two words"),
        changed(type=""),
        changed(colour="red"),  # a field that the contract does not know
        changed(occurred_at="2999-12-31T23:59:59Z"),
        changed(occurred_at="1970-01-01T00:00:00Z"),
        changed(occurred_at="2025-02-30T10:00:00Z"),
        changed(occurred_at="2025-01-01 10:00"),  # no seconds, no offset
        changed(occurred_at=1735732800),
        '{"properties": {"ratio": NaN}, ' + changed()[1:],  # Python writes this, JSON has no such number
    ]
    quarantined = [
        changed(event_id="bad-too-large", properties={"amount": 1e300}),
        changed(event_id="bad-too-small", properties={"share": 1e-200}),
        changed(event_id="bad-too-long", properties={"serial": 10**39 + 1}),
        changed(event_id="bad-deep-inside", properties={"cart": [{"price": -4.2e250}]}),
    ]
    yield from ((body, "rejected") for body in rejected)
    yield from ((body, "quarantined") for body in quarantined)


def lines() -> Iterator[str]:
    """The lines of the file, good and bad well mixed."""
    chance = random.Random(SEED)  # noqa: S311 - the same file each time is the point
    events = valid_events(chance)
    # Senders repeat what they are not sure of; it must not count again.
    events += chance.sample(events, SENT_AGAIN)
    posts = [(json.dumps(event, ensure_ascii=chance.random() < 0.5), "accepted") for event in events]  # noqa: PLR2004
    posts += bad_bodies()
    chance.shuffle(posts)
    return (json.dumps({"expected": expected, "body": body}) for body, expected in posts)


if __name__ == "__main__":
    EVENTS.write_text("\n".join(lines()) + "\n")
