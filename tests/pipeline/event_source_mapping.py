"""Delivers a shard's records as AWS's event source mapping does, with the worst luck it allows.

What fails is delivered again: whole after an error, from the first record that the function names after a partial
failure; halved after an error, until a record is alone; given up after so many attempts or so much time, and then the
failures queue says where it is. A checkpoint may be lost, so that records come again that were done.
Sources: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html,
https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
"""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.pipeline.aws import Queues, Record
from tests.pipeline.world import Killed, World
from tests.unit.activity.fakes import STREAM_ARN

TIMEOUT_MS = 60_000
_POLL_MS = 250
_RETRY_MS = 1000
_IN_A_BATCH = 12

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


@dataclass(frozen=True)
class Settings:
    """The mapping's, as the construct sets them.

    Attributes:
        factor: how many batches of a shard at once; records of one key stay in one line.
    """

    retry_attempts: int
    max_record_age_ms: float
    factor: int


@dataclass
class Line:
    """The deliveries of one shard, or of the part of its keys that are processed in one line.

    Attributes:
        handler: the function.
        shard: its records; grows while this runs.
        part: which of `settings.factor` parts.
        ends: whether nothing is added to the shard any more.
    """

    world: World
    handler: Handler
    queues: Queues
    shard: Sequence[Record]
    part: int
    settings: Settings
    ends: Callable[[], bool]

    def run(self) -> None:
        """Delivers until the shard has ended."""
        done = 0
        while True:
            records = [each for each in self.shard if self._is_mine(each)]
            if done > 0 and self.world.likely(self.world.weather.checkpoint_lost):
                self.world.note("checkpoint lost")
                done = self.world.chance.randrange(done)
            batch = records[done : done + self.world.chance.randint(1, _IN_A_BATCH)]
            if batch:
                self._deliver(batch, attempt=0)
                done += len(batch)
            elif self.ends():
                return
            else:
                self.world.pass_time(_POLL_MS)

    def _is_mine(self, record: Record) -> bool:
        return zlib.crc32(record.partition_key.encode()) // 7 % self.settings.factor == self.part

    def _deliver(self, batch: list[Record], attempt: int) -> None:
        """Delivers one batch until it is done or given up."""
        while batch:
            oldest_ms = self.world.now_ms - batch[0].arrived_at_s * 1000
            if attempt > self.settings.retry_attempts or oldest_ms > self.settings.max_record_age_ms:
                self._give_up(batch)
                return
            if attempt:
                self.world.pass_time(_RETRY_MS)
            left = self._invoke(batch)
            if left is None:
                if len(batch) > 1:  # halving does not count as an attempt
                    self.world.note("batch halved")
                    middle = len(batch) // 2
                    self._deliver(batch[:middle], attempt)
                    batch = batch[middle:]
                    continue
                left = batch
            batch, attempt = left, attempt + 1

    def _invoke(self, batch: list[Record]) -> list[Record] | None:
        """What has to come again; None if the function failed altogether."""
        event = {"Records": [each.delivered() for each in batch]}
        try:
            with self.world.invocation("validate", TIMEOUT_MS) as context:
                failures = self.handler(event, context)["batchItemFailures"]
                context.get_remaining_time_in_millis()
        except (Exception, Killed) as error:  # noqa: BLE001 - whatever it is, Lambda delivers again
            self.world.note(f"validate: {type(error).__name__}")
            return None
        failed = {failure["itemIdentifier"] for failure in failures}
        numbers = [each.sequence_number for each in batch]
        assert failed <= set(numbers), "an unknown sequence number makes Lambda count the whole batch as failed"
        if failed:
            self.world.note("validate: failed in part")
        first = next((place for place, number in enumerate(numbers) if number in failed), len(batch))
        return batch[first:]

    def _give_up(self, batch: list[Record]) -> None:
        self.world.note("batch given up")
        info = {
            "shardId": f"shardId-{batch[0].shard:012}",
            "startSequenceNumber": batch[0].sequence_number,
            "endSequenceNumber": batch[-1].sequence_number,
            "batchSize": len(batch),
            "streamArn": STREAM_ARN,
        }
        self.queues.add("https://failures", {"version": "1.0", "KinesisBatchInfo": info})
