"""What works, and is worth knowing."""

from collections.abc import Iterator

from ..report import Finding
from .check import Subject


def inline_code(subject: Subject) -> Iterator[Finding]:
    """Code written into the template."""
    code = subject.function.properties.get("Code")
    if subject.gets_layer and isinstance(code, dict) and "ZipFile" in code:
        yield Finding(
            "inline-code",
            "info",
            f"{subject.function.path}: its code is inline: CloudFormation names the file index.py, so stack traces in "
            "Sentry name that file and link to no source.",
        )


def response_streaming(subject: Subject) -> Iterator[Finding]:
    """A function URL that streams the response."""
    if subject.function.streams:
        yield Finding(
            "response-streaming",
            "info",
            f"{subject.function.path}: it streams its response: what fails after the first byte is reported when the "
            "stream ends, and the caller has got the status by then.",
        )


def snap_start(subject: Subject) -> Iterator[Finding]:
    """Environments that are restored from a snapshot."""
    setting = subject.function.properties.get("SnapStart")
    applies = isinstance(setting, dict) and setting.get("ApplyOn") != "None"
    if applies and subject.gets_layer:
        yield Finding(
            "snap-start",
            "info",
            f"{subject.function.path}: SnapStart: what was connected to Sentry is connected anew after a restore, by "
            "snapshot_restore_py, which AWS's Python runtimes from 3.12 on carry.",
        )
