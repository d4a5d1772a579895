"""Synthesizes one app in a process of its own, and weighs what came out."""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.synth.kits import interpreter

_APP = Path(__file__).with_name("app.py")
_CPU_TIME = Path(__file__).with_name("cpu_time.py")


@dataclass(frozen=True)
class Synth:
    """What one synth cost and made.

    Attributes:
        cpu_s: CPU time of Python and of the Node process behind aws-cdk-lib.
        resources: CloudFormation resources in all templates.
        template_bytes: size of all templates.
    """

    cpu_s: float
    resources: int
    template_bytes: int


def synth(kind: str, count: int) -> Synth:
    """Synthesizes the app `kind` with `count` functions.

    Raises:
        RuntimeError: it failed; shows what it printed.
    """
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ} | {
        "CDK_VALIDATION": "false",
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "1",
        "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION": "1",
    }
    with tempfile.TemporaryDirectory() as out:
        command: list[str | Path] = [sys.executable, _CPU_TIME, interpreter(), _APP, kind, str(count), out]
        finished = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if finished.returncode != 0:
            raise RuntimeError(f"{kind} with {count} functions:\n{finished.stderr[-2000:]}")
        templates = [path.read_bytes() for path in sorted(Path(out).glob("*.template.json"))]
    return Synth(
        cpu_s=float(finished.stdout),
        resources=sum(len(json.loads(template).get("Resources", {})) for template in templates),
        template_bytes=sum(len(template) for template in templates),
    )
