"""`layer build`: a layer as files."""

import shutil
import zipfile
from pathlib import Path

from ..command import Exit, Invocation
from ..errors import CommandError
from .runtimes import BY_RUNTIME, built


def build(invocation: Invocation) -> Exit:
    """`layer build`."""
    options, output = invocation.options, invocation.output
    target = Path(options.output)
    layer = built(BY_RUNTIME[options.runtime])
    try:
        if target.suffix == ".zip":
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(layer.archive, target)
        else:
            _unpack(layer.archive, target)
    except OSError as error:
        raise CommandError(f"--output {target}: {error.strerror}: give a folder or file that can be written") from None
    output.result({"runtime": options.runtime, "output": str(target), "content_hash": layer.content_hash})
    output.say(f"{target}: the {options.runtime} layer, content {layer.content_hash}")
    return Exit.FINE


def _unpack(archive: Path, target: Path) -> None:
    if target.is_dir() and any(target.iterdir()):
        raise CommandError(f"--output {target}: the folder is not empty: name a new one, or empty it")
    target.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(target)
