"""Builds the Node.js layer: npm's packages at the versions of the lock file, bundled by esbuild.

esbuild's output depends on its input and version alone, so equal sources give equal content on any machine. The
installed packages stay in the cache, out of the sources, for the next build.
"""

import os
import shutil
from pathlib import Path

from .build import BuiltLayer, build_cached
from .npm import installed_packages, run_tool

BUILD = "build.mjs"


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


def nodejs_layer_sources(lambda_src: Path) -> list[Path]:
    """The folders that describe a Node.js layer: those with a build of their own.

    Args:
        lambda_src: the folder of Lambda sources.
    """
    return sorted(path.parent for path in lambda_src.glob(f"*/{BUILD}"))


def _bundle(source: Path, cache: Path, opt: Path, scratch: Path) -> None:
    copy = scratch / source.name
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns("node_modules"))
    (copy / "node_modules").symlink_to(installed_packages(source, cache) / "node_modules")
    run_tool(("node", BUILD, os.fspath(opt)), copy, f"{source.name}/{BUILD} failed")
