"""The Python that functions run in: as on AWS, without our development packages."""

import fcntl
import functools
import hashlib
import importlib.metadata
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CACHE = Path(__file__).parents[2] / ".cache"
"""Where the harness keeps what it makes once."""

# AWS's Python runtimes carry their client and boto3, so that any function and any layer may import them.
_RUNTIME = ("awslambdaric", "snapshot-restore-py", "simplejson")
BOTO3 = ("boto3", "botocore", "jmespath", "s3transfer", "python-dateutil", "six", "urllib3")
"""boto3 and what it needs."""


@dataclass(frozen=True)
class LambdaPython:
    """An interpreter and the folder that AWS has at /var/runtime.

    Attributes:
        executable: a Python that has no packages but the standard library.
        var_runtime: holds the runtime client and boto3, with bytecode, as AWS's images do.
    """

    executable: Path
    var_runtime: Path


@functools.cache
def lambda_python() -> LambdaPython:
    """Makes, or finds in the cache, the interpreter and what AWS's runtime carries, as pinned for us."""
    versions = [f"{name}=={importlib.metadata.version(name)}" for name in (*_RUNTIME, *BOTO3)]
    identity = hashlib.sha256("\n".join([*versions, sys.version, sys.base_prefix]).encode()).hexdigest()[:12]
    home = made_once(CACHE / f"lambda-python-{identity}", _make_python)
    return LambdaPython(home / "venv" / "bin" / "python", home / "var_runtime")


def copy_distributions(names: tuple[str, ...], target: Path) -> None:
    """Copies the sources of installed packages to `target`.

    Args:
        names: of distributions installed in this interpreter; what they depend on is not followed.
        target: an empty folder.
    """
    for name in names:
        for file in importlib.metadata.files(name) or []:
            if ".." in file.parts or file.suffix == ".pyc":
                continue
            copied = target / file
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(str(file.locate()), copied)


def compile_tree(folder: Path) -> None:
    """Writes bytecode beside every source below `folder`, as pip does."""
    subprocess.run([sys.executable, "-m", "compileall", "-q", os.fspath(folder)], check=True)


def made_once(home: Path, make: Callable[[Path], None]) -> Path:
    """Returns `home`, made by `make(scratch)` if it was not there; safe for processes in parallel."""
    with file_lock(home.with_name(home.name + ".lock")):
        if not home.is_dir():
            with tempfile.TemporaryDirectory(dir=home.parent, prefix=".making-") as scratch:
                built = Path(scratch, "built")
                built.mkdir()
                make(built)
                built.rename(home)
    return home


@contextmanager
def file_lock(path: Path) -> Iterator[None]:
    """Holds an exclusive lock on `path` among processes; freed by the kernel if the holder dies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _make_python(home: Path) -> None:
    base = Path(sys.base_prefix, "bin", f"python{sys.version_info.major}.{sys.version_info.minor}")
    subprocess.run([base, "-m", "venv", "--without-pip", home / "venv"], check=True)
    copy_distributions((*_RUNTIME, *BOTO3), home / "var_runtime")
    compile_tree(home / "var_runtime")
