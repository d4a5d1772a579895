"""The sample pipeline's benchmarks, in the order of the page."""

from benchmarks.pipeline import history, starts, throughput
from benchmarks.report import Table, versions

TITLE = "The sample pipeline"
# Each with how much is measured in full, and as little as shows that it works.
BENCHMARKS = {
    "validator": (throughput.validator, 5, 1),
    "ingest": (throughput.ingest, 5, 1),
    "history": (history.latency, 100, 3),
    "cold_start": (starts.cold_start, 11, 1),
}


def run(name: str, *, quick: bool) -> Table:
    """Runs one of BENCHMARKS; `quick` measures as little as shows that it works."""
    benchmark, full, little = BENCHMARKS[name]
    return benchmark(little if quick else full)


def software() -> str:
    """What was measured."""
    return versions("boto3", "awslambdaric", "aws-lambda-powertools", "fastjsonschema")
