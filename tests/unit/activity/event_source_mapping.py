"""Delivers batches as AWS's event source mapping does for a stream, with the worst luck it allows.

Each shard is a line: a batch that fails is delivered again, from the first record that the function names, until all
of it is done; records of before may come once more.
Source: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Handler = Callable[[dict[str, Any]], dict[str, Any]]


class Killed(BaseException):
    """The function's process is gone; nothing in it can catch that."""


@dataclass
class EventSourceMapping:
    """One mapping.

    Attributes:
        handler: the function.
        chance: decides on batch sizes, repetitions and the order of shards.
        give_up_after: deliveries of one record after which the test has found an endless loop.
    """

    handler: Handler
    chance: random.Random
    give_up_after: int = 60

    def deliver(self, shards: Sequence[Sequence[dict[str, Any]]]) -> None:
        """Delivers every record of every shard, until none is left."""
        positions = [0] * len(shards)
        deliveries = 0
        while open_shards := [index for index, shard in enumerate(shards) if positions[index] < len(shard)]:
            index = self.chance.choice(open_shards)
            shard, start = shards[index], positions[index]
            if self.chance.random() < 0.1:
                start = self.chance.randrange(start + 1)  # a checkpoint was lost
            batch = list(shard[start : start + self.chance.randint(1, 12)])
            positions[index] = max(positions[index], start + self._done(batch))
            deliveries += 1
            assert deliveries < self.give_up_after * sum(map(len, shards)), "records come again for ever"

    def _done(self, batch: Sequence[dict[str, Any]]) -> int:
        """How many records at the start of a batch need not come again."""
        try:
            failures = self.handler({"Records": batch})["batchItemFailures"]
        except (Exception, Killed):  # noqa: BLE001 - whatever it is, Lambda delivers again
            return 0
        failed = {failure["itemIdentifier"] for failure in failures}
        numbers = [each["kinesis"]["sequenceNumber"] for each in batch]
        assert failed <= set(numbers), "an unknown sequence number makes Lambda count the whole batch as failed"
        return next((place for place, number in enumerate(numbers) if number in failed), len(batch))
