"""Compares what was sent with what the deployed pipeline stored, answered, quarantined and reported."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from demo.deployment import Deployment
from demo.sentry_inbox import Event, tags_of
from demo.traffic import Activity, Outcome, Sent, SignedSession, with_outcome
from demo.waiting import StepFailedError, wait_until

EVENT_TAGS = frozenset(
    {
        "service",
        "function_name",
        "function_version",
        "memory_mb",
        "runtime",
        "architecture",
        "aws_region",
        "cold_start",
    }
)
"""Tags that every event in Sentry carries, whatever its function and runtime."""

_HTTP_OK = 200

DayCounts = dict[str, dict[str, int]]
"""How often a user did what: by day (YYYY-MM-DD, UTC), then by type of event."""


@dataclass(frozen=True)
class Check:
    """One comparison: what had to be, and what was found."""

    what: str
    expected: str
    found: str

    @property
    def passed(self) -> bool:
        """Whether both are the same."""
        return self.expected == self.found


def histories(activities: Iterable[Activity]) -> dict[str, DayCounts]:
    """What the history endpoint has to say of each user once all of these events are stored; each counts once."""
    once = {
        (event["user_id"], event["event_id"]): event
        for event in (activity.event for activity in with_outcome(activities, Outcome.ACCEPTED))
    }
    counts: dict[str, dict[str, Counter[str]]] = {}
    for event in once.values():
        day = datetime.fromisoformat(event["occurred_at"]).astimezone(UTC).date().isoformat()
        counts.setdefault(event["user_id"], {}).setdefault(day, Counter())[event["type"]] += 1
    return {user: {day: dict(types) for day, types in days.items()} for user, days in counts.items()}


class Accounts:
    """The books of one run.

    Args:
        deployment: what was deployed.
        session: signs calls of the API.
        activities: what was sent.
    """

    def __init__(self, deployment: Deployment, session: SignedSession, activities: Sequence[Activity]) -> None:
        self._deployment = deployment
        self._session = session
        self._activities = activities
        self._expected = histories(activities)

    @property
    def to_quarantine(self) -> int:
        """How many of the events have to end in quarantine."""
        return len(list(with_outcome(self._activities, Outcome.QUARANTINED)))

    def history(self, user_id: str) -> DayCounts:
        """What the deployed API answers for one user.

        Raises:
            StepFailedError: it does not answer with 200.
        """
        url = f"{self._deployment.api_url()}/users/{quote(user_id, safe='')}/history"
        response = self._session.request("GET", url)
        if response.status_code != _HTTP_OK:
            raise StepFailedError(f"GET {url} answered {response.status_code}: {response.text[:500]}")
        return {period["period"]: period["counts"] for period in response.json()["periods"]}

    def stored(self) -> int:
        """How many events the table holds."""
        table = self._deployment.one("AWS::DynamoDB::Table").physical_id
        pages = self._deployment.aws.client("dynamodb").get_paginator("scan")
        events = {
            "FilterExpression": "begins_with(sk, :event)",
            "ExpressionAttributeValues": {":event": {"S": "EVENT#"}},
        }
        return sum(page["Count"] for page in pages.paginate(TableName=table, Select="COUNT", **events))

    def quarantined(self) -> int:
        """How many messages wait in the quarantine queue."""
        queue = self._deployment.one("AWS::SQS::Queue", "Quarantine").physical_id
        count = "ApproximateNumberOfMessages"
        answer = self._deployment.aws.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=[count])
        return int(answer["Attributes"][count])

    def wait_until_through(self, *, timeout_s: float) -> list[Check]:
        """Waits until the whole pipeline has worked everything off, and compares.

        Args:
            timeout_s: how long to wait, in seconds; what is not there by then is a failed comparison.
        """
        differing = dict(self._expected)

        def all_histories_as_sent() -> bool:
            for user in list(differing):
                if self.history(user) == self._expected[user]:
                    del differing[user]
                else:
                    return False
            return True

        def quarantine_filled() -> bool:
            return self.quarantined() >= self.to_quarantine

        checks: list[Check] = []
        for condition, what in ((all_histories_as_sent, "histories"), (quarantine_filled, "quarantine")):
            try:
                wait_until(condition, what=what, timeout_s=timeout_s)
            except StepFailedError:
                continue  # the comparisons below say what is missing
        users = len(self._expected)
        checks.append(Check("events in the table", str(self._events()), str(self.stored())))
        checks.append(
            Check("users whose history is as sent", f"{users} of {users}", f"{users - len(differing)} of {users}")
        )
        checks += [
            Check(f"history of {user}", str(self._expected[user]), str(self.history(user)))
            for user in list(differing)[:3]
        ]
        checks.append(Check("messages in the quarantine queue", str(self.to_quarantine), str(self.quarantined())))
        return checks

    def became(self) -> dict[Outcome, str]:
        """What became of the events, in words."""
        accepted = len(list(with_outcome(self._activities, Outcome.ACCEPTED)))
        return {
            Outcome.ACCEPTED: f"{self.stored()} in the table; {accepted - self._events()} were sent twice",
            Outcome.REJECTED: "nothing, the answer says why",
            Outcome.QUARANTINED: f"{self.quarantined()} messages in the quarantine queue",
        }

    def _events(self) -> int:
        return sum(sum(types.values()) for days in self._expected.values() for types in days.values())


def check_answers(sent: Sequence[Sent]) -> list[Check]:
    """Whether the API took what it had to take and refused the rest with a reason."""
    right = sum(each.as_expected for each in sent)
    checks = [Check("answers of the API as expected", f"{len(sent)} of {len(sent)}", f"{right} of {len(sent)}")]
    wrong = [each for each in sent if not each.as_expected]
    return checks + [
        Check(f"answer to {each.activity.body[:60]}", each.activity.expected, f"{each.status} {each.answer[:200]}")
        for each in wrong[:3]
    ]


def check_sentry(events: Sequence[Event], deployment: Deployment, *, expected: int) -> list[Check]:
    """Whether Sentry has heard of each quarantined record, each time with all that the event vocabulary asks for."""
    variables = {function["FunctionName"]: function["Environment"]["Variables"] for function in deployment.functions()}
    whole = sum(is_whole(event, variables) for event in events)
    return [
        Check("events in Sentry, one for each quarantined", str(expected), str(len(events))),
        Check("of these with every tag", f"{expected} of {expected}", f"{whole} of {len(events)}"),
    ]


def is_whole(event: Event, variables: Mapping[str, Mapping[str, str]]) -> bool:
    """Whether an event carries every tag, and environment, release and tags as deployed.

    Args:
        event: of Sentry.
        variables: the environment variables of each deployed function, by the function's name.
    """
    tags = tags_of(event)
    deployed = variables.get(tags.get("function_name", ""))
    return (
        deployed is not None
        and event.get("server_name") == tags["function_name"]
        and event.get("environment") == deployed["SENTRY_ENVIRONMENT"]
        and event.get("release") == deployed.get("SENTRY_RELEASE")
        and all(tags.get(name) for name in EVENT_TAGS)
        and tags.items() >= json.loads(deployed["SENTRY_TAGS"]).items()
    )
