"""How much a Kinesis stream takes."""

from dataclasses import dataclass

from aws_cdk import aws_kinesis as kinesis

from ..errors import Problems
from .checks import check_number


@dataclass(frozen=True)
class StreamCapacity:
    """How a stream grows: `on_demand()` by itself, `provisioned(shards=...)` not at all.

    Made by these two, not by the constructor.
    """

    mode: kinesis.StreamMode
    shards: int | None

    @staticmethod
    def on_demand() -> "StreamCapacity":
        """Kinesis adds shards by itself, up to twice the peak of the last 30 days; paid by the gigabyte."""
        return StreamCapacity(kinesis.StreamMode.ON_DEMAND, None)

    @staticmethod
    def provisioned(*, shards: int) -> "StreamCapacity":
        """A fixed number of shards, each for 1 MB and 1000 records a second; paid by the hour.

        Args:
            shards: 1 to 10,000.
        """
        return StreamCapacity(kinesis.StreamMode.PROVISIONED, shards)

    def check(self, problems: Problems) -> None:
        """Notes what is wrong with the number of shards."""
        if self.shards is not None:
            check_number(problems, "StreamCapacity.provisioned(shards=...)", self.shards, at_least=1, at_most=10_000)
