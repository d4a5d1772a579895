"""The lines of a log stream, divided into invocations, and the one fault of each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cdk_sentry_forwarder.kinds import EXPLAINS, Kind, Sighting
from cdk_sentry_forwarder.log_lines import Line

# Lambda counts what a process may take in whole megabytes, and kills it a little before.
_FULL_MEMORY = 0.95


@dataclass
class Invocation:
    """What one execution environment logged from the end of one invocation to the end of the next.

    An environment serves one invocation after the other, and what failed in its init stands before the first.

    Attributes:
        lines: in the order of the stream.
    """

    lines: list[Line] = field(default_factory=list)

    @property
    def request_id(self) -> str | None:
        """Of the request; None when only the environment's init is among the lines."""
        ids = [line.request_id for line in self.lines if line.is_report or line.is_start]
        return next(iter(ids), None) or next((line.request_id for line in self.lines if line.request_id), None)

    @property
    def version(self) -> str | None:
        """The function's version, where a line names it."""
        return next((line.version for line in self.lines if line.version), None)

    @property
    def began_ms(self) -> int:
        """When its first line was written, since the epoch."""
        return self.lines[0].timestamp_ms

    @property
    def started_ms(self) -> int | None:
        """When the platform handed the request over, since the epoch; None where nothing tells.

        Without the line that says it, as a function has it whose system log level is WARN, its report does.
        """
        for line in self.lines:
            if line.is_start:
                return line.timestamp_ms
            if line.is_report and line.figures is not None and "duration_ms" in line.figures:
                return round(line.timestamp_ms - line.figures["duration_ms"])
        return None

    @property
    def figures(self) -> Mapping[str, float]:
        """What its reports say: any of duration_ms, memory_mb, max_memory_used_mb, init_duration_ms."""
        merged: dict[str, float] = {}
        for line in self.lines:
            merged.update(line.figures or {})
        return merged

    @property
    def is_cold(self) -> bool:
        """Whether the environment was started for it."""
        return "init_duration_ms" in self.figures or any(
            line.text.startswith(("INIT_START", "INIT_REPORT")) or '"platform.init' in line.text[:100]
            for line in self.lines
            if line.is_platform
        )

    def fault(self) -> Sighting | None:
        """What went wrong, as the line says it that explains all others; None if nothing did."""
        seen = [self._judged(line.sighting) for line in self.lines if line.sighting is not None]
        if any(line.status == "success" for line in self.lines):
            # What looks like an uncaught error was only logged.
            seen = [sighting for sighting in seen if sighting.kind is not Kind.UNCAUGHT_ERROR]
        if not seen:
            return None
        kind = min((sighting.kind for sighting in seen), key=EXPLAINS.__getitem__)
        return max((sighting for sighting in seen if sighting.kind is kind), key=lambda sighting: sighting.is_detailed)

    def _judged(self, sighting: Sighting) -> Sighting:
        """Takes back the guess that a killed process took too much memory, where the report's figures deny it."""
        used, size = self.figures.get("max_memory_used_mb"), self.figures.get("memory_mb")
        guessed = sighting.kind is Kind.OUT_OF_MEMORY and sighting.error_type == "Runtime.ExitError"
        if guessed and used is not None and size is not None and used < size * _FULL_MEMORY:
            return Sighting(Kind.EXIT, sighting.error_type, sighting.value)
        return sighting


def divide(lines: Iterable[Line]) -> list[Invocation]:
    """Divides the lines of one stream into invocations.

    Args:
        lines: in the order of the stream.
    """
    invocations: list[Invocation] = []
    current = Invocation()
    for line in lines:
        if not current.lines and invocations and _trails(line, invocations[-1]):
            invocations[-1].lines.append(line)
            continue
        current.lines.append(line)
        if line.is_report:
            invocations.append(current)
            current = Invocation()
    if current.lines:
        invocations.append(current)
    return invocations


def _trails(line: Line, invocation: Invocation) -> bool:
    """Whether a line belongs to the invocation before it: some of the platform's words come after the report."""
    return line.request_id is not None and line.request_id == invocation.request_id and not line.is_start
