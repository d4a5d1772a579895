"""Whether everything arrives: errors alternating with successes."""

from benchmarks.environments import Delivered, delivered, delivery_rows
from benchmarks.node_layer.effort import Effort
from benchmarks.node_layer.variants import BASELINE, OURS, Variant
from benchmarks.report import Table
from tests.runtime_nodejs.node_runtime import NodeProcess

_NO_LIMIT = {"SENTRY_MAX_IDENTICAL_EVENTS_PER_MINUTE": "0"}


def run(effort: Effort) -> Table:
    """One environment of each variant; every error has a message of its own."""
    found = {variant.name: _delivered(variant, effort.errors) for variant in (BASELINE, OURS)}
    return Table(
        "Delivery",
        f"nodejs24.x; {effort.errors} errors alternating with as many successes in one environment, Sentry 10 ms "
        "away, the limit on identical errors off.",
        list(found),
        delivery_rows(found, effort.errors, OURS.name),
    )


def _delivered(variant: Variant, errors: int) -> Delivered:
    return delivered(lambda address, dsn: NodeProcess(address, variant.config(dsn, _NO_LIMIT)), errors)
