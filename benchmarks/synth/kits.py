"""An interpreter with aws-cdk-lib, this kit and the others, made once: they are no requirements of this project."""

import hashlib
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from tests.harness.runtime_files import CACHE, made_once

OTHERS = ("datadog-cdk-constructs-v2==5.3.0", "cdk-monitoring-constructs==10.3.3")
_OURS = Path(__file__).parents[2]
_UV = Path(sys.executable).with_name("uv")


def interpreter() -> Path:
    """Python with this checkout, its aws-cdk-lib and the other kits."""
    wanted = (f"aws-cdk-lib=={version('aws-cdk-lib')}", f"constructs=={version('constructs')}", *OTHERS)
    digest = hashlib.sha256(" ".join((*wanted, version("cdk-sentry"), sys.version)).encode()).hexdigest()[:12]
    home = made_once(CACHE / f"bench-synth-{digest}", lambda folder: _install(folder, wanted))
    return home / "bin" / "python"


def _install(folder: Path, wanted: tuple[str, ...]) -> None:
    # It is moved afterwards, which its interpreter does not mind; its scripts would, and are not used. With pip, by
    # which the kit builds its layers.
    make: list[str | Path] = [_UV, "venv", "--quiet", "--allow-existing", "--seed", "--python", sys.executable, folder]
    subprocess.run(make, check=True)
    install: list[str | Path] = [_UV, "pip", "install", "--quiet", "--python", folder / "bin" / "python"]
    subprocess.run([*install, "--compile-bytecode", *wanted], check=True)
    subprocess.run([*install, "--no-deps", "--editable", _OURS], check=True)
