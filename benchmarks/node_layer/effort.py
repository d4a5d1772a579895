"""How much is measured."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Effort:
    """Numbers of repetitions.

    Attributes:
        starts: cold starts of each variant.
        warm_calls: successful calls of the variants that do not wait for Sentry.
        slow_calls: successful calls of those that do.
        environments: fresh environments for what happens once in each.
        errors: to be delivered, alternating with as many successes.
    """

    starts: int = 21
    warm_calls: int = 300
    slow_calls: int = 20
    environments: int = 9
    errors: int = 1000


FULL = Effort()
QUICK = Effort(starts=2, warm_calls=10, slow_calls=2, environments=1, errors=10)
