"""Whether everything arrives: errors alternating with successes."""

from collections import Counter

from benchmarks.node_layer.effort import Effort
from benchmarks.node_layer.variants import BASELINE, OURS, Variant
from benchmarks.report import Goal, Row, Table
from tests.harness.runtime_api import RuntimeApi
from tests.harness.sink import Answer, Sink
from tests.runtime_nodejs.node_runtime import NodeProcess

_VARIANTS = [BASELINE, OURS]


def run(effort: Effort) -> Table:
    """One environment of each variant; every error has a message of its own."""
    messages = {variant: _messages(variant, effort.errors) for variant in _VARIANTS}
    delivered = {variant: len(seen) for variant, seen in messages.items()}
    duplicates = {variant: sum(seen.values()) - len(seen) for variant, seen in messages.items()}
    return Table(
        "Delivery",
        f"nodejs24.x; {effort.errors} errors alternating with as many successes in one environment, Sentry 10 ms "
        "away, the limit on identical errors off.",
        [variant.name for variant in _VARIANTS],
        [
            Row(
                f"errors delivered of {effort.errors}",
                {variant.name: str(delivered[variant]) for variant in _VARIANTS},
                delivered[OURS],
                Goal(effort.errors, exactly=True),
            ),
            Row(
                "delivered twice",
                {variant.name: str(duplicates[variant]) for variant in _VARIANTS},
                duplicates[OURS],
                Goal(0, exactly=True),
            ),
        ],
    )


def _messages(variant: Variant, errors: int) -> Counter[str]:
    with Sink(Answer(delay_ms=10)) as sink, RuntimeApi() as api:
        config = variant.config(sink.dsn, {"SENTRY_MAX_IDENTICAL_EVENTS_PER_MINUTE": "0"})
        with NodeProcess(api.address, config):
            for number in range(errors):
                api.invoke({"fail": f"order {number}"}, function_timeout_s=60)
                last = api.invoke({}, function_timeout_s=60)
            api.wait_for_next_poll(last)
        return Counter(event["exception"]["values"][-1]["value"] for event in sink.events)
