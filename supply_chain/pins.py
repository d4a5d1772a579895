"""Moves what is pinned to the newest releases: PyPI's packages here and in the layers, npm's within their major."""

import json
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
NPM_FOLDERS = {ROOT: (), ROOT / "lambda_src" / "sentry_layer_nodejs": ("--legacy-peer-deps",)}
"""With what `npm ci` is told there, too: a lock suits those options alone that it was written with.

Not the compilers of bytecode, whose releases stand for versions of Python, nor what AWS's runtimes hold.
"""

_NPM_INSTALL = ("npm", "install", "--package-lock-only", "--ignore-scripts", "--save-exact")
_NO_ADDRESSES = "--omit-lockfile-registry-resolved"


def move_pins() -> None:
    """Resolves everything anew and installs it; what pyproject.toml and package.json hold back stays.

    Raises:
        subprocess.CalledProcessError: a resolver or an installer failed; it has said why.
    """
    _run("make", "pins", "UPGRADE=--upgrade")
    for folder in NPM_FOLDERS:
        _run(*npm_upgrade(folder), cwd=folder)
    _run("make", "setup")


def npm_upgrade(folder: Path) -> list[str]:
    """The npm command that pins the newest releases compatible with those of a `package.json`.

    Args:
        folder: of NPM_FOLDERS.
    """
    package = json.loads((folder / "package.json").read_text())
    pinned = {**package.get("dependencies", {}), **package.get("devDependencies", {})}
    # A range, not `latest`: npm's tag of that name points to an older line of the package aws-cdk.
    return [
        *_NPM_INSTALL,
        *NPM_FOLDERS[folder],
        _NO_ADDRESSES,
        *(f"{name}@^{version}" for name, version in pinned.items()),
    ]


def _run(*command: str, cwd: Path = ROOT) -> None:
    print("==", *command, flush=True)
    subprocess.run(command, cwd=cwd, check=True)
