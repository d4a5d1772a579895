"""The kinds of fault, in the order in which one explains another, and what a single log line says of one."""

import enum
from dataclasses import dataclass
from typing import Any


class Kind(enum.StrEnum):
    """A kind of fault; the value is the tag `fault` of its events."""

    OUT_OF_MEMORY = "out_of_memory"
    TIMEOUT = "timeout"
    INVALID_ENTRYPOINT = "invalid_entrypoint"
    IMPORT_ERROR = "import_error"
    UNCAUGHT_ERROR = "uncaught_error"
    EXIT = "exit"
    INIT_ERROR = "init_error"
    INIT_TIMEOUT = "init_timeout"


EXPLAINS = {kind: place for place, kind in enumerate(Kind)}
"""The smaller explains the larger: a panic is why the runtime exited, and is what the event is about."""

_BY_ERROR_TYPE = {
    "Runtime.OutOfMemory": Kind.OUT_OF_MEMORY,
    "Sandbox.Timedout": Kind.TIMEOUT,
    "Runtime.InvalidEntrypoint": Kind.INVALID_ENTRYPOINT,
    "Runtime.InvalidWorkingDir": Kind.INVALID_ENTRYPOINT,
    "Runtime.ImportModuleError": Kind.IMPORT_ERROR,
    "Runtime.HandlerNotFound": Kind.IMPORT_ERROR,
    "Runtime.MalformedHandlerName": Kind.IMPORT_ERROR,
    "Runtime.UserCodeSyntaxError": Kind.IMPORT_ERROR,
    "Runtime.ExitError": Kind.EXIT,
    "Runtime.Unknown": Kind.EXIT,
}


def kind_of_error_type(error_type: str, value: str = "") -> Kind:
    """The kind of a fault that the platform calls `error_type`.

    Args:
        error_type: such as `Runtime.ExitError`.
        value: the text beside it. `signal: killed` is what the kernel does to a process that takes too much memory.
    """
    if error_type == "Runtime.ExitError" and "signal: killed" in value:
        return Kind.OUT_OF_MEMORY
    if error_type in _BY_ERROR_TYPE:
        return _BY_ERROR_TYPE[error_type]
    if error_type.startswith("Extension."):
        return Kind.INIT_ERROR
    return Kind.UNCAUGHT_ERROR


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one line says of a fault.

    Attributes:
        kind: of the fault.
        error_type: the platform's or the language's name for it.
        value: what happened, one line.
        stack_trace: as the runtime printed it.
        frames: the same in Sentry's form, where the runtime printed it as data.
        is_detailed: whether the line itself says what happened, not only that something did.
    """

    kind: Kind
    error_type: str
    value: str
    stack_trace: str = ""
    frames: tuple[dict[str, Any], ...] = ()
    is_detailed: bool = True
