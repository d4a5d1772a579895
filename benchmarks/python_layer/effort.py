"""How much is measured."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Effort:
    """Numbers of repetitions.

    Attributes:
        starts: cold starts of each variant.
        close_starts: of bare and ours together, where the goal is nearer than the noise of few.
        slow_starts: under a CPU limit where they take seconds or nothing is close.
        warm_calls: successful calls of each variant.
        slow_calls: calls of a variant that waits for Sentry.
        environments: fresh environments for what happens once in each.
        errors: to be delivered, alternating with as many successes.
        fault_kinds: how many of the faults, from the first.
        fault_calls: calls of each kind for each fault.
    """

    starts: int = 21
    close_starts: int = 121
    slow_starts: int = 7
    warm_calls: int = 300
    slow_calls: int = 20
    environments: int = 9
    errors: int = 1000
    fault_kinds: int = 100
    fault_calls: int = 5


FULL = Effort()
QUICK = Effort(
    starts=2,
    close_starts=1,
    slow_starts=0,
    warm_calls=10,
    slow_calls=2,
    environments=1,
    errors=10,
    fault_kinds=3,
    fault_calls=1,
)
