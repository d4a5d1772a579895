"""Compiles a layer's modules for each of Lambda's Python versions, on any machine to the same bytes.

Bytecode belongs to one minor version of Python, and the machine that synthesizes has one or two. npm carries CPython
as WebAssembly (the package pyodide), and Node.js is there wherever the CDK is.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from ..npm import PACKAGE, installed_packages, run_tool

_HERE = Path(__file__).parent
_COMPILER = _HERE / "compile.mjs"
PYTHON_VERSIONS = ("python3.11", "python3.12", "python3.13", "python3.14")
"""As package.json names them: every version that AWS still deploys new functions with."""


def compile_modules(folder: Path, modules: Iterable[Path], cache: Path) -> None:
    """Writes `__pycache__` beside modules, for all of PYTHON_VERSIONS.

    Args:
        folder: what the modules' recorded paths are relative to.
        modules: files below it.
        cache: where the compilers are kept.

    Raises:
        LayerBuildError: Node.js or npm is not there, the compilers could not be had, or a module has an error.
    """
    compilers = installed_packages(_HERE, cache)
    paths = "\n".join(sorted(module.relative_to(folder).as_posix() for module in modules))
    for version in PYTHON_VERSIONS:
        command = ("node", _COMPILER, version, os.fspath(folder))
        run_tool(command, compilers, f"{PACKAGE}'s {version} could not compile a module", standard_input=paths)
