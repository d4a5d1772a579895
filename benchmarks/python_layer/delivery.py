"""Whether everything arrives: errors alternating with successes."""

from benchmarks.environments import Delivered, delivered, delivery_rows
from benchmarks.python_layer.effort import Effort
from benchmarks.python_layer.variants import BASELINE, OURS, Variant
from benchmarks.report import Row, Table
from tests.harness.function_process import FunctionProcess

_NO_LIMIT = {"SENTRY_MAX_IDENTICAL_EVENTS_PER_MINUTE": "0"}


def run(effort: Effort) -> Table:
    """One environment of each variant; every error has a message of its own."""
    found = {variant.name: _delivered(variant, effort.errors) for variant in (BASELINE, OURS)}
    return Table(
        "Delivery",
        f"{effort.errors} errors alternating with as many successes in one environment, Sentry 10 ms away, the "
        "limit on identical errors off.",
        list(found),
        [
            *delivery_rows(found, effort.errors, OURS.name),
            Row("requests to Sentry", {column: str(each.requests) for column, each in found.items()}),
        ],
    )


def _delivered(variant: Variant, errors: int) -> Delivered:
    return delivered(
        lambda address, dsn: FunctionProcess(address, variant.config("trivial.handler", dsn, _NO_LIMIT)), errors
    )
