"""What the layers' builds take from the npm registry: packages at the versions of a lock file, kept in the cache."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from .errors import LayerBuildError

PACKAGE = "package.json"
LOCK = "package-lock.json"
_NPM_CI = ("npm", "ci", "--legacy-peer-deps", "--ignore-scripts", "--no-fund", "--no-audit", "--loglevel=error")


def installed_packages(source: Path, cache: Path) -> Path:
    """Installs, or finds in the cache, what a folder's lock file pins; out of the sources, for the next build.

    Args:
        source: a folder with `package.json` and `package-lock.json`.
        cache: where installed packages are kept.

    Returns:
        A folder with `node_modules`.

    Raises:
        LayerBuildError: npm is not there, or what is pinned could not be had.
    """
    identity = hashlib.sha256((source / PACKAGE).read_bytes() + (source / LOCK).read_bytes()).hexdigest()[:16]
    home = cache.absolute() / f"{source.name}-packages-{identity}"
    if not home.is_dir():
        home.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home.parent, prefix=f".{source.name}-packages-") as scratch:
            packages = Path(scratch, "packages")
            packages.mkdir()
            for name in (PACKAGE, LOCK):
                shutil.copyfile(source / name, packages / name)
            run_tool(_NPM_CI, packages, f"npm could not install what {source / LOCK} pins")
            try:
                packages.rename(home)
            except OSError:
                if not home.is_dir():
                    raise
    return home


def run_tool(
    command: tuple[str | os.PathLike[str], ...], directory: Path, problem: str, standard_input: str = ""
) -> None:
    """Runs a tool of a build to its end.

    Args:
        command: the tool and its arguments.
        directory: where it runs.
        problem: what the error says first if it fails.
        standard_input: what it reads.

    Raises:
        LayerBuildError: the tool is not there, or failed; with what it printed.
    """
    try:
        finished = subprocess.run(
            command, cwd=directory, input=standard_input, capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise LayerBuildError(
            f"A layer could not be built: there is no {command[0]}. Install Node.js 20 or later, or install "
            "cdk-sentry from its wheel, which carries the built layers."
        ) from error
    if finished.returncode != 0:
        raise LayerBuildError(
            f"A layer could not be built: {problem}.\n{finished.stdout.strip()}\n{finished.stderr.strip()}\n"
            "Check the connection to the npm registry."
        )
