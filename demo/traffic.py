"""The shipped activity events, posted to the deployed API with signed requests, several at a time."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from demo.local_aws import REGION, LocalAws

EVENTS = Path(__file__).with_name("events.jsonl")
_AT_A_TIME = 8
_TIMEOUT_S = 30.0
_ACCEPTED_BY_API = 202
_REJECTED_BY_API = 400


class Outcome(StrEnum):
    """What becomes of an activity event that is posted."""

    ACCEPTED = "accepted"
    """Taken, and stored under its user."""
    REJECTED = "rejected"
    """Refused at once, with an answer that says why."""
    QUARANTINED = "quarantined"
    """Taken, then found impossible to store: kept in the quarantine queue, and said in Sentry."""


@dataclass(frozen=True)
class Activity:
    """One line of events.jsonl.

    Attributes:
        body: what is posted, as it is; need not be JSON.
        expected: what has to become of it.
    """

    body: str
    expected: Outcome

    @property
    def event(self) -> dict[str, Any]:
        """The body, parsed; only what is accepted or quarantined is sure to be an object."""
        parsed: dict[str, Any] = json.loads(self.body)
        return parsed


@dataclass(frozen=True)
class Sent:
    """An activity event and the API's answer to it."""

    activity: Activity
    status: int
    answer: str

    @property
    def as_expected(self) -> bool:
        """Whether the API took what it had to take and refused what it had to refuse, saying why."""
        if self.activity.expected is Outcome.REJECTED:
            return self.status == _REJECTED_BY_API and bool(self.answer)
        return self.status == _ACCEPTED_BY_API


class SignedSession:
    """Calls an API of the local cloud as an IAM user does: requests signed with AWS Signature Version 4."""

    def __init__(self, aws: LocalAws) -> None:
        self._credentials = aws.credentials()
        self._session = aws.session()
        self._session.mount(aws.endpoint_url, requests.adapters.HTTPAdapter(pool_maxsize=_AT_A_TIME))

    def request(self, method: str, url: str, body: str = "") -> requests.Response:
        """Sends one signed request and returns its answer, whatever the status."""
        data = body.encode(errors="surrogatepass")  # a broken body is sent as it is
        unsigned = AWSRequest(method, url, data=data, headers={"content-type": "application/json"})
        SigV4Auth(self._credentials, "execute-api", REGION).add_auth(unsigned)
        return self._session.request(method, url, data=data, headers=dict(unsigned.headers), timeout=_TIMEOUT_S)


def load(path: Path = EVENTS) -> list[Activity]:
    """The shipped events, in the file's order."""
    lines = (json.loads(line) for line in path.read_text().splitlines())
    return [Activity(body=line["body"], expected=Outcome(line["expected"])) for line in lines]


def send(
    session: SignedSession, api_url: str, activities: Sequence[Activity], *, on_sent: Callable[[], None]
) -> list[Sent]:
    """Posts all events, eight at a time.

    Args:
        session: signs the requests.
        api_url: base address of the API.
        activities: what to post.
        on_sent: called after each answer, to show progress.

    Returns:
        The answers, in the order of `activities`.
    """

    def post(activity: Activity) -> Sent:
        response = session.request("POST", f"{api_url}/activity", activity.body)
        on_sent()
        return Sent(activity, response.status_code, response.text)

    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        return list(pool.map(post, activities))


def with_outcome(activities: Iterable[Activity], outcome: Outcome) -> Iterator[Activity]:
    """Those of which this is expected."""
    return (activity for activity in activities if activity.expected is outcome)


def count_outcomes(activities: Iterable[Activity]) -> Counter[Outcome]:
    """How many of each kind there are."""
    return Counter(activity.expected for activity in activities)
