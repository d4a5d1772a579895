"""Crashes by the thousand through the forwarder's handler, in a process of their own: what they cost.

Run as a program with what `Flood` says on its command line, it prints what it `Cost` as JSON. The code is the layer as
it is deployed; AWS is the stand-in of the tests, since its answers are what the time is not about.
"""

import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from unittest import mock

from tests.forwarder.local_aws import BEGAN_MS, GROUP, STREAM, LocalAws, configuration, delivery

_ROOT = Path(__file__).parents[2]
_CRASH = "RequestId: {id} Error: Runtime exited with error: exit status 3\nRuntime.ExitError"
_REPORT = "REPORT RequestId: {id}\tDuration: 41.20 ms\tMemory Size: 128 MB\tMax Memory Used: 64 MB\t"
_INVOCATION = ("START RequestId: {id} Version: 7", "order 17", _CRASH, "END RequestId: {id}", _REPORT)


@dataclass(frozen=True)
class Flood:
    """Crashes of one function.

    Attributes:
        environments: of it; each has a log stream, and CloudWatch Logs delivers each stream by itself.
        crashes_each: of one environment, in one delivery.
    """

    environments: int
    crashes_each: int


@dataclass(frozen=True)
class Cost:
    """What a flood took.

    Attributes:
        cpu_ms: of the forwarder's process, from the first delivery to the last.
        resident_mb: its memory at the most.
        sent: events that Sentry took.
        lookups: calls of GetLogEvents.
        raised: deliveries that Lambda would try again.
    """

    cpu_ms: float
    resident_mb: float
    sent: int
    lookups: int
    raised: int


def cost_of(flood: Flood, layer: Path, dsn: str) -> Cost:
    """Runs a flood in a process of its own.

    Args:
        flood: which.
        layer: with the forwarder's code, `python` of the layer as it is deployed.
        dsn: of the Sentry that the events go to.
    """
    environment = {**os.environ, "PYTHONPATH": f"{layer}:{_ROOT}", "SENTRY_DSN": dsn, "AWS_REGION": "eu-central-1"}
    command = [sys.executable, "-m", "benchmarks.forwarder.flood", str(flood.environments), str(flood.crashes_each)]
    run = subprocess.run(command, cwd=_ROOT, env=environment, check=True, capture_output=True, text=True)
    return Cost(**json.loads(run.stdout))


def _run(flood: Flood) -> Cost:
    # Here, since only this process has the layer on its path.
    from cdk_sentry_forwarder import aws, handler  # noqa: PLC0415

    cloud = LocalAws(configurations={"orders": configuration()})
    deliveries = [_delivery(cloud, flood, number) for number in range(flood.environments)]
    sent = raised = 0
    began_s = time.process_time()
    with mock.patch.object(aws, "client", cloud.client):
        for each in deliveries:
            try:
                sent += handler.handler(each, None)["sent"]
            except handler.ForwardingError:
                raised += 1
    cpu_ms = 1_000 * (time.process_time() - began_s)
    resident_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Cost(cpu_ms, resident_mb, sent, cloud.calls.count("GetLogEvents"), raised)


def _delivery(cloud: LocalAws, flood: Flood, environment: int) -> dict[str, object]:
    stream = f"{STREAM[:-8]}{environment:08x}"
    ids = [f"{environment:08x}-4c1b-4697-b07a-{number:012x}" for number in range(flood.crashes_each)]
    texts = [text.format(id=each) for each in ids for text in _INVOCATION]
    lines = [(BEGAN_MS + number, text) for number, text in enumerate(texts)]
    cloud.streams[GROUP, stream] = lines
    return delivery([line for line in lines if "Runtime exited" in line[1]], stream=stream)


if __name__ == "__main__":
    print(json.dumps(asdict(_run(Flood(*map(int, sys.argv[1:]))))))
