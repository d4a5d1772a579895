"""Builds the Node.js layer: npm's packages at the versions of the lock file, bundled by esbuild.

esbuild's output depends on its input and version alone, so equal sources give equal content on any machine. The
installed packages stay in the cache, out of the sources, for the next build.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from .build import BuiltLayer, LayerBuildError, build_cached

PACKAGE = "package.json"
LOCK = "package-lock.json"
_NPM_CI = ("npm", "ci", "--legacy-peer-deps", "--ignore-scripts", "--no-fund", "--no-audit", "--loglevel=error")


def build_nodejs_layer(source: Path, cache: Path) -> BuiltLayer:
    """Builds, or finds in the cache, the layer that `source` describes.

    Args:
        source: a folder with `package.json`, its lock file, and `build.mjs`, which takes the folder to build in.
        cache: where builds and installed packages are kept.

    Returns:
        The content and its hash. The first build of some inputs says so on stderr and asks the npm registry.

    Raises:
        LayerBuildError: npm or Node.js is not there, or what is pinned could not be had.
    """
    return build_cached(source, cache, lambda opt, scratch: _bundle(source, cache, opt, scratch))


def _bundle(source: Path, cache: Path, opt: Path, scratch: Path) -> None:
    copy = scratch / source.name
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns("node_modules"))
    (copy / "node_modules").symlink_to(_installed_packages(source, cache) / "node_modules")
    _run(("node", "build.mjs", os.fspath(opt)), copy, f"{source.name}/build.mjs failed")


def _installed_packages(source: Path, cache: Path) -> Path:
    identity = hashlib.sha256((source / PACKAGE).read_bytes() + (source / LOCK).read_bytes()).hexdigest()[:16]
    home = cache.absolute() / f"{source.name}-packages-{identity}"
    if not home.is_dir():
        with tempfile.TemporaryDirectory(dir=home.parent, prefix=f".{source.name}-packages-") as scratch:
            packages = Path(scratch, "packages")
            packages.mkdir()
            for name in (PACKAGE, LOCK):
                shutil.copyfile(source / name, packages / name)
            _run(_NPM_CI, packages, f"npm could not install what {source / LOCK} pins")
            try:
                packages.rename(home)
            except OSError:
                if not home.is_dir():
                    raise
    return home


def _run(command: tuple[str, ...], directory: Path, problem: str) -> None:
    try:
        finished = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise LayerBuildError(
            f"The Node.js layer could not be built: there is no {command[0]}. Install Node.js 20 or later, or install "
            "cdk-sentry from its wheel, which carries the built layer."
        ) from error
    if finished.returncode != 0:
        raise LayerBuildError(
            f"The Node.js layer could not be built: {problem}.\n{finished.stdout.strip()}\n{finished.stderr.strip()}\n"
            "Check the connection to the npm registry."
        )
