"""The sample's functions as processes, bare and monitored."""

import functools
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from benchmarks.python_layer.variants import OUR_HANDLER, our_layer_folder
from cdk_sentry.assets import LAMBDA_SRC, LAYER_CACHE
from cdk_sentry.layers.build import build_python_layer
from tests.harness.function_process import FunctionConfig
from tests.harness.runtime_files import CACHE, made_once
from tests.unit.activity.fakes import event, kinesis_record, proxy_request

BASELINE = Path(__file__).parent / "baseline"
MODULES = ("activity_ingest", "activity_validate", "activity_history")
_VARIABLES = {
    "STREAM_NAME": "activity",
    "TABLE_NAME": "activity",
    "QUARANTINE_URL": "https://queue",
    "EVENT_RETENTION_S": "34560000",
}


def config(module: str, environment: dict[str, str], *, monitored: bool = False) -> FunctionConfig:
    """A function of the sample, or the baseline.

    Args:
        module: one of MODULES, or `put_each`.
        environment: where AWS is.
        monitored: whether it runs under the kit's layer, with a DSN and nothing to report.
    """
    own = f"{module}.handler"
    sentry = {"SENTRY_INITIAL_HANDLER": own, "SENTRY_DSN": "http://key@127.0.0.1:9/1"} if monitored else {}
    return FunctionConfig(
        OUR_HANDLER if monitored else own,
        task_root=LAMBDA_SRC / module if module in MODULES else BASELINE,
        layer=_layers(monitored=monitored),
        environment={**_VARIABLES, **environment, **sentry},
        memory_mb=512,
        timeout_s=60,
    )


@functools.cache
def _layers(*, monitored: bool) -> Path:
    """What AWS would show as /opt/python: the functions' own layer, and the kit's where it is wanted."""
    folders = [build_python_layer(LAMBDA_SRC / "activity_common", LAYER_CACHE).directory / "python"]
    if monitored:
        folders.append(our_layer_folder())
    identity = hashlib.sha256("\0".join(map(str, folders)).encode()).hexdigest()[:12]

    def merge(home: Path) -> None:
        for folder in folders:
            shutil.copytree(folder, home, dirs_exist_ok=True)

    return made_once(CACHE / f"bench-pipeline-{identity}", merge)


def activity(number: int, users: int) -> dict[str, Any]:
    """The event of this number, of one of so many users."""
    properties = {"path": f"/pages/{number % 50}", "client": {"app": "web", "build": 7}, "seconds": 1.5}
    return event(user_id=f"user-{number % users}", event_id=f"e{number}", properties=properties)


def batch(records: int, users: int) -> dict[str, Any]:
    """What the validator gets."""
    data = [json.dumps({"event": activity(number, users), "request_id": "r"}).encode() for number in range(records)]
    return {"Records": [kinesis_record(each, number) for number, each in enumerate(data, start=1)]}


def post(events: int) -> dict[str, Any]:
    """What ingest gets."""
    some = [activity(number, events) for number in range(events)]
    return proxy_request(json.dumps(some[0] if events == 1 else {"events": some}))


def question(user_id: str = "user-0", **parameters: str) -> dict[str, Any]:
    """What history gets."""
    return {
        "resource": "/users/{user_id}/history",
        "pathParameters": {"user_id": user_id},
        "queryStringParameters": parameters or None,
        "requestContext": {"requestId": "r"},
    }
