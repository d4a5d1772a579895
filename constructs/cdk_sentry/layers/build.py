"""Builds a Lambda layer's content from a folder of lambda_src; for Python, pinned wheels plus our own packages.

The result depends on content alone: wheels are downloaded by hash and unpacked, nothing is installed, so no
timestamp, no interpreter path and no bytecode of the building machine gets in. Nothing here imports aws_cdk: the
wheel's build, the tests and the command use it too.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .bytecode import compile_modules
from .errors import LayerBuildError

REQUIREMENTS = "requirements.txt"
ARCHIVE = "layer.zip"
CONTENT_HASH = "content-hash.txt"
"""Lies beside the layer's content, not in it, and is written last: its presence says that the build is whole."""

_MODE = 0o100644  # a regular file that everybody may read: Lambda runs functions as a user of its own
BYTECODE = "bytecode.txt"
"""In a layer's source folder: which modules are compiled, as glob patterns relative to `python/`, one a line."""

_NOT_SHIPPED = ("__pycache__", "*.pyc", "*.in", REQUIREMENTS, BYTECODE, "README.md")
# Of a wheel's metadata only what says version and licence: RECORD and the like describe an installation.
_METADATA_SHIPPED = ("METADATA", "licenses/", "LICENSE")


@dataclass(frozen=True)
class BuiltLayer:
    """A layer's content on disk.

    Attributes:
        home: the folder of this build.
        content_hash: hex SHA-256 over every file's path and bytes; equal inputs give equal hashes on any machine.
    """

    home: Path
    content_hash: str

    @property
    def archive(self) -> Path:
        """The zip that is deployed. Its bytes may differ with the zlib that packed it; its content does not."""
        return self.home / ARCHIVE

    @property
    def directory(self) -> Path:
        """What Lambda shows as /opt; holds `python/`. Not in an installed wheel, which carries the archive alone."""
        return self.home / "opt"


def build_python_layer(source: Path, cache: Path) -> BuiltLayer:
    """Builds, or finds in the cache, the layer that `source` describes.

    Args:
        source: a folder with the packages to ship. Wheels that a `requirements.txt` (pinned, with hashes) in it, or
            anywhere below it, names are unpacked into the folder that it lies in.
        cache: where builds are kept; the name of each is that of its source and the hash of its inputs.

    Returns:
        The content and its hash. The first build of some inputs says so on stderr and asks the package index.

    Raises:
        LayerBuildError: the pinned wheels could not be had.
    """
    return build_cached(source, cache, lambda opt, scratch: _fill_python(source, cache, opt, scratch))


def python_layer_sources(lambda_src: Path) -> list[Path]:
    """The folders that describe a Python layer: those with pinned wheels.

    Args:
        lambda_src: the folder of Lambda sources.
    """
    return sorted({lambda_src / path.relative_to(lambda_src).parts[0] for path in lambda_src.rglob(REQUIREMENTS)})


def build_cached(source: Path, cache: Path, fill: Callable[[Path, Path], None]) -> BuiltLayer:
    """Has a layer's content made, once for each content of its source.

    Args:
        source: the layer's folder in lambda_src.
        cache: where builds are kept.
        fill: called with the empty folder to make the content in, and one for whatever else is needed.
    """
    home = cache / f"{source.name}-{_hash_of_files(source, _source_files(source))[:16]}"
    if not (home / CONTENT_HASH).is_file():
        _build(source, home, fill)
    return BuiltLayer(home=home, content_hash=(home / CONTENT_HASH).read_text().strip())


def _build(source: Path, home: Path, fill: Callable[[Path, Path], None]) -> None:
    print(f"cdk-sentry: building the layer {source.name} (once, then cached)", file=sys.stderr)  # noqa: T201
    home.parent.mkdir(parents=True, exist_ok=True)
    # Built aside and renamed, so that two synths at once, or one that is killed, never show half a layer.
    with tempfile.TemporaryDirectory(dir=home.parent, prefix=f".{source.name}-") as scratch:
        content = Path(scratch, "opt")
        content.mkdir()
        fill(content, Path(scratch))
        files = sorted(path for path in content.rglob("*") if path.is_file())
        content_hash = _hash_of_files(content, files)
        built = Path(scratch, "built")
        built.mkdir()
        _pack(content, files, built / ARCHIVE)
        content.rename(built / "opt")
        (built / CONTENT_HASH).write_text(content_hash + "\n")
        try:
            built.rename(home)
        except OSError:
            if not (home / CONTENT_HASH).is_file():
                raise


def _fill_python(source: Path, cache: Path, opt: Path, scratch: Path) -> None:
    python = opt / "python"
    shutil.copytree(source, python, ignore=shutil.ignore_patterns(*_NOT_SHIPPED))
    for requirements in sorted(source.rglob(REQUIREMENTS)):
        folder = requirements.parent.relative_to(source)
        for wheel in _download_wheels(requirements, scratch / "wheels" / folder):
            _unpack(wheel, python / folder)
    patterns = source / BYTECODE
    if patterns.is_file():
        modules = {module for pattern in patterns.read_text().split() for module in python.glob(pattern)}
        compile_modules(python, modules, cache)


def _download_wheels(requirements: Path, destination: Path) -> list[Path]:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    # Pure-Python wheels only: one layer then serves every Python version and both architectures.
    command += [
        "--require-hashes",
        "--only-binary=:all:",
        "--platform=any",
        "--implementation=py",
        "--abi=none",
    ]
    command += [
        "--python-version=3.10",
        "--dest",
        os.fspath(destination),
        "--requirement",
        os.fspath(requirements),
    ]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    if finished.returncode != 0:
        raise LayerBuildError(
            f"The layer {requirements.parent.name} could not be built: pip could not download what {requirements} "
            f"pins.\n{finished.stderr.strip()}\nCheck the connection to the package index; a virtual environment "
            "without pip needs `python -m ensurepip` first."
        )
    return sorted(destination.glob("*.whl"))


def _unpack(wheel: Path, destination: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            folder, _, rest = name.partition("/")
            if folder.endswith(".dist-info") and not rest.startswith(_METADATA_SHIPPED):
                continue
            archive.extract(name, destination)


def _pack(root: Path, files: list[Path], archive: Path) -> None:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for path in files:
            entry = zipfile.ZipInfo(path.relative_to(root).as_posix())  # dated 1980-01-01: no timestamp gets in
            entry.external_attr = _MODE << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, path.read_bytes())


def _source_files(source: Path) -> Iterator[Path]:
    for path in sorted(source.rglob("*")):
        if path.is_file() and path.suffix != ".pyc" and "node_modules" not in path.parts:
            yield path


def _hash_of_files(root: Path, files: Iterator[Path] | list[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.relative_to(root).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
