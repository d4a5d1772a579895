"""What faults by the thousand cost the forwarder, Sentry and the API of CloudWatch Logs."""

from benchmarks.forwarder.flood import Cost, Flood, cost_of
from benchmarks.measure import median
from benchmarks.report import Goal, Row, Table, versions
from cdk_sentry.assets import LAMBDA_SRC, LAYER_CACHE
from cdk_sentry.layers.build import build_python_layer
from tests.harness.sink import Answer, Sink

TITLE = "Forwarder"
_FLOODS = {
    "one crash": Flood(1, 1),
    "10,000 in 10,000 environments": Flood(10_000, 1),
    "10,000 in 1,000 environments": Flood(1_000, 10),
}
_QUICK = {"one crash": Flood(1, 1), "100 in 100 environments": Flood(100, 1)}
_REPETITIONS = 5
# What one minute may take: events of one kind, and deliveries that are looked up although nothing comes of them.
_MAX_EVENTS = 60
_MAX_LOOKUPS = 120


def run(name: str, *, quick: bool) -> Table:
    """Runs one of BENCHMARKS; `quick` measures as little as shows that it works."""
    return BENCHMARKS[name](quick)


def software() -> str:
    """What was measured."""
    return versions("sentry-sdk")


def flood(quick: bool) -> Table:
    """A function that crashes at every call, and a Sentry that takes its events."""
    return _table("Crashes of one function within a minute", Answer(), quick)


def pause(quick: bool) -> Table:
    """The same, and a Sentry that asks for a pause."""
    return _table("The same, where Sentry answers 429", Answer.rate_limited(), quick)


def _table(title: str, answer: Answer, quick: bool) -> Table:
    floods = _QUICK if quick else _FLOODS
    layer = build_python_layer(LAMBDA_SRC / "sentry_forwarder", LAYER_CACHE).directory / "python"
    costs: dict[str, list[Cost]] = {name: [] for name in floods}
    requests: dict[str, float] = {}
    for _ in range(1 if quick else _REPETITIONS):
        for name, each in floods.items():
            with Sink(answer) as sink:
                costs[name].append(cost_of(each, layer, sink.dsn))
                requests[name] = len(sink.received)
    crashes = {name: each.environments * each.crashes_each for name, each in floods.items()}
    lookups = {name: float(runs[-1].lookups) for name, runs in costs.items()}
    cpu_ms = {name: median([run.cpu_ms for run in runs]) for name, runs in costs.items()}
    return Table(
        title,
        "Each environment's crashes are one delivery to the forwarder's handler, in one process as deployed; the "
        "stand-ins for AWS answer at once and are part of the CPU time.",
        list(floods),
        [
            Row("requests to Sentry", requests, max(requests.values()), Goal(_MAX_EVENTS)),
            Row("calls of GetLogEvents", lookups, max(lookups.values()), Goal(_MAX_LOOKUPS)),
            Row("deliveries that Lambda tries again", {name: float(runs[-1].raised) for name, runs in costs.items()}),
            Row("CPU ms a crash", {name: cpu_ms[name] / crashes[name] for name in floods}),
            Row("resident memory at the most, MiB", {name: runs[-1].resident_mb for name, runs in costs.items()}),
        ],
    )


BENCHMARKS = {"flood": flood, "pause": pause}
