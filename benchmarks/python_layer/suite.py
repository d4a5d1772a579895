"""The Python layer's benchmarks, in the order of the page."""

from benchmarks.python_layer import after_response, cold_start, delivery, faults, layer_size, response_time, small_cpu
from benchmarks.python_layer.effort import FULL, QUICK
from benchmarks.python_layer.variants import our_layer
from benchmarks.report import Table, versions

TITLE = "Python layer"
BENCHMARKS = {
    "cold_start": cold_start.run,
    "small_cpu": small_cpu.run,
    "response_time": response_time.run,
    "delivery": delivery.run,
    "after_response": after_response.run,
    "layer_size": layer_size.run,
    "faults": faults.run,
}


def run(name: str, *, quick: bool) -> Table:
    """Runs one of BENCHMARKS; `quick` measures as little as shows that it works."""
    return BENCHMARKS[name](QUICK if quick else FULL)


def software() -> str:
    """What was measured."""
    installed = versions("sentry-sdk", "awslambdaric", "boto3", "aws-lambda-powertools")
    return f"{installed}, layer {our_layer().content_hash[:12]}"
