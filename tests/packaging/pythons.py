"""The versions of Python that are declared, and their interpreters on this machine."""

import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
_CLASSIFIER = re.compile(r"Programming Language :: Python :: (3\.\d+)")


def declared() -> list[str]:
    """The versions that pyproject.toml says were tested."""
    classifiers = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["classifiers"]
    return [found[1] for each in classifiers if (found := _CLASSIFIER.fullmatch(each))]


def installed() -> dict[str, str]:
    """Those of the declared versions that are here: on the PATH or by pyenv, with their interpreters."""
    found = {version: next(_interpreters(version), None) for version in declared()}
    return {version: interpreter for version, interpreter in found.items() if interpreter}


def _interpreters(version: str) -> Iterator[str]:
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    candidates = [shutil.which(f"python{version}"), *sorted(pyenv.glob(f"versions/{version}.*/bin/python{version}"))]
    for candidate in candidates:
        # A shim of pyenv stands for versions that are switched off, too.
        if candidate and subprocess.run([candidate, "-c", ""], capture_output=True, check=False).returncode == 0:
            yield os.fspath(candidate)
