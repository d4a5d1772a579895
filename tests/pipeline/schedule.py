"""One schedule: senders, the stream, the functions and a replay, under a seed's weather; then the books are compared.

`python -m tests.pipeline SEED` replays one and says everything that happens.
"""

import base64
import contextlib
import io
import json
import logging
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import activity_ingest
import activity_publish
import activity_quarantine
import activity_store
import activity_validate
import pytest

from cdk_sentry.pipeline.operate.deployed import Deployed
from cdk_sentry.pipeline.operate.replay import replay_failures
from tests.pipeline.aws import Queues, Stream, Table
from tests.pipeline.event_source_mapping import Handler, Line, Settings
from tests.pipeline.scheduler import Scheduler
from tests.pipeline.world import CALM, Killed, Weather, World
from tests.unit.activity.fakes import event, proxy_request

INGEST_TIMEOUT_MS = 15_000
SENTRY_HANGS_MS = 2000
DEPLOYED = Deployed("activity", "activity", "https://queue", "https://failures")
Event = dict[str, Any]
Key = tuple[str, str]


@dataclass
class Books:
    """What the senders know.

    Attributes:
        sent: every valid event that was ever in a request, by user and id.
        acknowledged: those that the API said it has.
        refused: those that were part of a request that was answered with 400.
        poison: what is not storable but was put on the stream, by its bytes.
    """

    sent: dict[Key, Event] = field(default_factory=dict)
    acknowledged: set[Key] = field(default_factory=set)
    refused: set[Key] = field(default_factory=set)
    poison: set[bytes] = field(default_factory=set)


@dataclass(frozen=True)
class Functions:
    """The functions under test, so that a broken one can be put in their place."""

    ingest: Handler
    validate: Handler


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def _keep_quiet(_text: str) -> None:
    pass


class _HangingSentry(logging.Handler):
    """Every error that is reported costs what the layer waits for a Sentry that does not answer."""

    def __init__(self, world: World) -> None:
        super().__init__(logging.ERROR)
        self.world = world
        self.lock = None  # others log while this one waits

    def emit(self, record: logging.LogRecord) -> None:
        self.world.note(f"sentry hangs over: {record.msg}")
        self.world.pass_time(SENTRY_HANGS_MS)


class Schedule:
    """One run.

    Args:
        seed: decides everything.
        functions: to run.
        log: whether to print what happens.
    """

    def __init__(self, seed: int, functions: Functions, *, log: bool = False) -> None:
        self.chance = random.Random(seed)
        self.functions = functions
        say = _say if log else _keep_quiet
        self.scheduler = Scheduler(self.chance)
        self.world = World(self.chance, Weather.drawn(self.chance), self.scheduler, log=say)
        self.stream = Stream(self.world, [[] for _ in range(self.chance.randint(1, 3))])
        self.table = Table(world=self.world)
        self.table.refusal = self.table.refuse
        self.queues = Queues(self.world)
        self.books = Books()
        self.sending = 0
        say(f"seed {seed}: {len(self.stream.shards)} shards, {self.world.weather}")

    def run(self) -> None:
        """Lets it happen, replays what was given up, compares the books.

        Raises:
            AssertionError: an event was lost, counted twice, or is where it must not be.
        """
        with self._installed():
            settings = Settings(
                retry_attempts=self.chance.choice([1, 3, 10]),
                max_record_age_ms=self.chance.choice([60_000, 86_400_000]),
                factor=self.chance.choice([1, 1, 2]),
            )
            for sender in range(self.chance.randint(1, 3)):
                self.sending += 1
                self.scheduler.spawn(lambda sender=sender: self._send(sender))  # type: ignore[misc]
            self._spawn_lines(settings)
            if self.chance.random() < 0.2:
                self.world.note("a second mapping delivers the same")
                self._spawn_lines(settings)
            self.scheduler.run()
            self._replay()
        self._compare()

    def _spawn_lines(self, settings: Settings) -> None:
        for shard in self.stream.shards:
            for part in range(settings.factor):
                ends = lambda: self.sending == 0  # noqa: E731 - one line says it
                line = Line(self.world, self.functions.validate, self.queues, shard, part, settings, ends)
                self.scheduler.spawn(line.run)

    def _replay(self) -> None:
        """The weather clears, somebody replays what was given up, and it is delivered."""
        self.world.weather = CALM
        before = [len(shard) for shard in self.stream.shards]
        self.world.pass_time(2000)
        replay_failures(self.stream, self.queues, DEPLOYED)
        for start, shard in zip(before, self.stream.shards, strict=True):
            settings = Settings(retry_attempts=10, max_record_age_ms=86_400_000, factor=1)
            Line(self.world, self.functions.validate, self.queues, shard[start:], 0, settings, ends=lambda: True).run()

    # What is sent -------------------------------------------------------------------------------------------------

    def _send(self, sender: int) -> None:
        try:
            for number in range(self.chance.randint(1, 6)):
                self._send_request(f"{sender}-{number}")
                self.world.pass_time(self.chance.uniform(0, 3000))
        finally:
            self.sending -= 1

    def _send_request(self, name: str) -> None:
        if self.chance.random() < 0.1:
            self._put_garbage(name)
            return
        batch = [self._event(f"{name}-{place}") for place in range(self.chance.choice([1, 1, 5, 20]))]
        if self.chance.random() < 0.1:
            batch += self.chance.choices(batch, k=2)  # senders repeat themselves
        if self.chance.random() < 0.1:
            batch.append(event(user_id="ada", event_id=f"{name}-bad", type="Not A Type"))
        for _ in range(self.chance.randint(1, 4)):
            if not batch:
                return
            batch = self._post(batch)

    def _event(self, event_id: str) -> Event:
        chance = self.chance
        properties: dict[str, Any] = {"amount": 1e300} if chance.random() < 0.03 else {"n": chance.randrange(9)}
        return event(
            user_id=chance.choice(["ada", "ben", "eve", f"user-{chance.randrange(30)}"]),
            event_id=event_id,
            type=chance.choice(["page_view", "purchase", "search"]),
            occurred_at=chance.choice(["2024-12-31T23:59:59.5Z", "2025-01-01T00:30:00+01:00", "2025-01-01T00:00:00Z"]),
            properties=properties,
        )

    def _put_garbage(self, name: str) -> None:
        """Another producer writes what is no record."""
        data = self.chance.choice([b"no json %s", b'{"event": {"user_id": "%s"}}', b"\xff\xfe%s"]) % name.encode()
        self.stream._append(name, data)
        self.books.poison.add(data)

    def _post(self, batch: list[Event]) -> list[Event]:
        """Posts one request; returns what a careful sender sends again."""
        storable = {_key(each): each for each in batch if each["type"] != "Not A Type"}
        body = json.dumps({"events": batch} if len(batch) > 1 or self.chance.random() < 0.5 else batch[0])
        try:
            with self.world.invocation("ingest", INGEST_TIMEOUT_MS) as context:
                answer = self.functions.ingest(proxy_request(body), context)
                context.get_remaining_time_in_millis()
        except Killed:
            self.world.note("ingest: no answer")
            self.books.sent |= storable
            return batch
        said = json.loads(answer["body"])
        self.world.note(f"ingest: {answer['statusCode']}")
        if answer["statusCode"] == 400:
            assert len(storable) < len(batch), f"nothing is wrong with {batch}: {said}"
            self.books.refused |= storable.keys()
            return list(storable.values()) if self.chance.random() < 0.5 else []
        assert answer["statusCode"] in {202, 503}
        self.books.sent |= storable
        taken = [each for each, result in zip(batch, said["results"], strict=True) if result["status"] == "accepted"]
        self.books.acknowledged |= {_key(each) for each in taken}
        assert (answer["statusCode"] == 202) is (len(taken) == len(batch))
        return [each for each in batch if _key(each) not in self.books.acknowledged]

    # The books ----------------------------------------------------------------------------------------------------

    def _compare(self) -> None:
        books = self.books
        poison = {key for key, each in books.sent.items() if "amount" in each["properties"]}
        stored = self.table.events()
        lost = books.acknowledged - poison - stored
        assert not lost, f"acknowledged and not stored: {sorted(lost)}"
        assert stored <= books.sent.keys() - poison, f"stored and never sent: {sorted(stored - books.sent.keys())}"
        assert not stored & (books.refused - books.sent.keys()), "stored though refused"
        expected = Counter((user, _day(books.sent[user, id_]), books.sent[user, id_]["type"]) for user, id_ in stored)
        assert self.table.counts() == expected, "the counters differ from the events"
        assert self.queues.bodies("https://failures") == [], "given up and not replayed"
        originals = {base64.b64decode(each["original"]) for each in self.queues.bodies("https://queue")}
        assert books.poison <= originals, "poison that is nowhere"
        others = {_key(json.loads(each)["event"]) for each in originals - books.poison}
        assert books.acknowledged & poison <= others <= poison, "the quarantine holds what it must not, or lacks some"

    @contextlib.contextmanager
    def _installed(self) -> Iterator[None]:
        """Puts this world in the place of AWS, of time and of chance."""
        clients = {"dynamodb": self.table, "sqs": self.queues}
        sentry, logger = _HangingSentry(self.world), logging.getLogger("activity")
        random.seed(self.chance.random())  # the functions' jitter
        with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()):
            patch.setattr(activity_ingest, "_kinesis", lambda: self.stream)
            patch.setattr(activity_validate, "_client", clients.__getitem__)
            patch.setattr(activity_store.Store.__init__, "__defaults__", (self.world.sleep,))
            patch.setattr(activity_quarantine.Quarantine.__init__, "__defaults__", (self.world.sleep,))
            patch.setattr(activity_publish.publish, "__kwdefaults__", {"sleep": self.world.sleep})
            patch.setenv("STREAM_NAME", "activity")
            patch.setenv("TABLE_NAME", "activity")
            patch.setenv("QUARANTINE_URL", "https://queue")
            patch.setenv("EVENT_RETENTION_S", "34560000")
            patch.setattr(logger, "propagate", False)
            logger.addHandler(sentry)
            try:
                yield
            finally:
                logger.removeHandler(sentry)


def _key(each: Event) -> Key:
    return each["user_id"], each["event_id"]


def _day(each: Event) -> str:
    return "2025-01-01" if each["occurred_at"] == "2025-01-01T00:00:00Z" else "2024-12-31"


def real() -> Functions:
    """The functions as they are."""
    return Functions(activity_ingest.handler, activity_validate.handler)
