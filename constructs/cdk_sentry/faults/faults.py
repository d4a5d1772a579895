"""Whether and how faults are reported from outside."""

from dataclasses import dataclass

from ..errors import Problems

MAX_CONCURRENCY = 100


@dataclass(frozen=True)
class Faults:
    """Reports what kills a function (timeout, no memory left, exit, a handler that cannot be loaded), of any runtime.

    Attributes:
        enabled: whether the log groups of the covered functions are subscribed to; they are when left out.
        concurrency: how many environments of the forwarder may run at once, reserved for it out of the account's
            limit; 2 when left out. An account that has nothing to reserve (AWS keeps 100 unreserved, and a new
            account may have no more than 10) is deployed to all the same, without. None reserves nothing.
    """

    enabled: bool = True
    concurrency: int | None = 2

    @staticmethod
    def none() -> "Faults":
        """No subscription; what the layer in a function's process sees is still reported."""
        return Faults(enabled=False)

    def check(self, problems: Problems) -> None:
        """Notes a concurrency that cannot be reserved."""
        problems.expect("faults.enabled", self.enabled, bool, "True or False", "Use Faults.none() for no reports.")
        given = self.concurrency
        if given is not None and (
            isinstance(given, bool) or not isinstance(given, int) or not 1 <= given <= MAX_CONCURRENCY
        ):
            problems.add(
                "faults.concurrency",
                given,
                f"a whole number from 1 to {MAX_CONCURRENCY}, or None",
                "Use None to reserve nothing, or Faults.none() for no reports of faults.",
            )
