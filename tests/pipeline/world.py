"""The weather of one schedule: a clock, and what goes wrong when."""

import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from botocore.exceptions import ConnectionClosedError, EndpointConnectionError, ReadTimeoutError

from cdk_sentry.assets import LAMBDA_SRC
from tests.pipeline.scheduler import Scheduler
from tests.unit.activity.fakes import ARRIVED_AT_S, client_error

READ_TIMEOUT_MS = 5000
OUTAGE_MS = 60_000
_FUNCTIONS = str(LAMBDA_SRC / "activity_")


class Killed(BaseException):
    """The function's process is gone; nothing in it can catch that."""


@dataclass(frozen=True)
class Weather:
    """How likely each fault is, per call or invocation; drawn anew for each schedule."""

    throttled: float
    slow: float
    reset: float
    refused_in_part: float
    killed: float
    checkpoint_lost: float
    outage: bool

    @staticmethod
    def drawn(chance: random.Random) -> "Weather":
        """Each fault is absent, rare, common or frequent."""

        def likely() -> float:
            return chance.choice([0, 0.02, 0.1, 0.3])

        return Weather(likely(), likely() / 3, likely(), likely(), likely(), likely(), chance.random() < 0.25)


CALM = Weather(0, 0, 0, 0, 0, 0, outage=False)


@dataclass
class World:
    """What the functions of one schedule live in.

    Attributes:
        chance: decides everything.
        weather: what may happen.
        log: what happened, for whoever replays a seed.
    """

    chance: random.Random
    weather: Weather
    scheduler: Scheduler
    now_ms: float = ARRIVED_AT_S * 1000
    log: Callable[[str], None] = lambda _: None
    happened: Counter[str] = field(default_factory=Counter)
    _outage_from_ms: float = 0

    def __post_init__(self) -> None:
        self._outage_from_ms = self.now_ms + self.chance.uniform(0, 20_000)

    def note(self, what: str) -> None:
        """Counts, and says, what happened."""
        self.happened[what] += 1
        self.log(f"{(self.now_ms - ARRIVED_AT_S * 1000) / 1000:9.3f} s  {what}")

    def pass_time(self, milliseconds: float) -> None:
        """Lets time pass and others go on."""
        self.now_ms += milliseconds
        self.scheduler.switch()

    def sleep(self, seconds: float) -> None:
        """Stands for `time.sleep`."""
        self.pass_time(seconds * 1000)

    def likely(self, probability: float) -> bool:
        """Whether something of this probability happens now."""
        return probability > 0 and self.chance.random() < probability

    def before_call(self, service: str) -> None:
        """What may happen to a call before AWS has done anything."""
        self.pass_time(self.chance.uniform(1, 30))
        if self.weather.outage and 0 <= self.now_ms - self._outage_from_ms < OUTAGE_MS:
            self.note(f"{service}: outage")
            self.pass_time(1000)
            raise EndpointConnectionError(endpoint_url=f"https://{service}")
        if self.likely(self.weather.throttled):
            self.note(f"{service}: throttled")
            codes = ["ThrottlingException", "ProvisionedThroughputExceededException", "InternalServerError"]
            raise client_error(self.chance.choice(codes))
        if self.likely(self.weather.reset / 2):
            self.note(f"{service}: reset on the way there")
            raise ConnectionClosedError(endpoint_url=f"https://{service}")

    def after_call(self, service: str) -> None:
        """What may happen to the answer of a call that AWS has carried out."""
        if self.likely(self.weather.slow):
            self.note(f"{service}: slow")
            self.pass_time(READ_TIMEOUT_MS)
            if self.chance.random() < 0.5:
                raise ReadTimeoutError(endpoint_url=f"https://{service}")
        if self.likely(self.weather.reset / 2):
            self.note(f"{service}: reset on the way back")
            raise ConnectionClosedError(endpoint_url=f"https://{service}")

    @contextmanager
    def invocation(self, function: str, timeout_ms: float) -> Iterator["Context"]:
        """One invocation: may be killed at any line of the functions' code, and is at its timeout."""
        context = Context(self, self.now_ms + timeout_ms)
        lines_left = self.chance.randint(0, 2000) if self.likely(self.weather.killed) else None
        if lines_left is None:
            yield context
            return
        before = sys.gettrace()
        sys.settrace(_killer(lines_left, lambda: self.note(f"{function}: killed")))
        try:
            yield context
        finally:
            sys.settrace(before)


@dataclass
class Context:
    """Lambda's, by the world's clock."""

    world: World
    deadline_ms: float

    def get_remaining_time_in_millis(self) -> int:
        """As Lambda's; past the deadline there is no function left to ask."""
        left = self.deadline_ms - self.world.now_ms
        if left <= 0:
            self.world.note("timed out")
            raise Killed
        return int(left)


def _killer(lines_left: int, note: Callable[[], None]) -> Callable[..., Any]:
    left = lines_left

    def each_line(_frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal left
        if event == "line":
            left -= 1
            if left < 0:
                note()
                left = sys.maxsize
                raise Killed
        return each_line

    def each_call(frame: FrameType, _event: str, _argument: Any) -> Any:
        return each_line if frame.f_code.co_filename.startswith(_FUNCTIONS) else None

    return each_call
