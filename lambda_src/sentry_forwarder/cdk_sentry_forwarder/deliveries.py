"""What CloudWatch Logs delivers to a subscription, and the faults in it.

Form: docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html, "Example 2".
"""

import base64
import gzip
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cdk_sentry_forwarder import functions, log_stream
from cdk_sentry_forwarder.fault_events import Fault
from cdk_sentry_forwarder.invocations import Invocation, divide
from cdk_sentry_forwarder.kinds import Kind
from cdk_sentry_forwarder.log_lines import Line, read_line

_DATA = "DATA_MESSAGE"


class MalformedDeliveryError(ValueError):
    """What came is nothing that CloudWatch Logs delivers."""


@dataclass(frozen=True)
class Delivery:
    """Lines of one log stream that matched a subscription's pattern.

    Attributes:
        log_group: of the stream.
        log_stream: which.
        lines: that matched.
    """

    log_group: str
    log_stream: str
    lines: Sequence[Line]

    @staticmethod
    def decoded(event: Mapping[str, Any]) -> "Delivery | None":
        """Decodes the event of a subscription; None for CloudWatch's own test messages.

        Raises:
            MalformedDeliveryError: it cannot be decoded.
        """
        try:
            payload = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
            if payload["messageType"] != _DATA:
                return None
            lines = [read_line(int(each["timestamp"]), str(each["message"])) for each in payload["logEvents"]]
            return Delivery(str(payload["logGroup"]), str(payload["logStream"]), lines)
        except (
            ValueError,
            KeyError,
            TypeError,
            AttributeError,
            OSError,
            EOFError,
            RecursionError,
            zlib.error,
        ) as problem:
            raise MalformedDeliveryError(f"no delivery of CloudWatch Logs: {problem!r}") from problem

    @property
    def told(self) -> list[Line]:
        """The lines that tell of a fault: a pattern matches others by chance, too."""
        return [line for line in self.lines if line.sighting is not None]

    @property
    def name(self) -> str:
        """Of the function; that of the log group where it cannot be told."""
        return functions.name_and_version(self.log_group, self.log_stream)[0] or self.log_group

    @property
    def kinds(self) -> frozenset[Kind]:
        """The kinds of fault that the lines by themselves tell of."""
        return frozenset(line.sighting.kind for line in self.lines if line.sighting is not None)

    @property
    def identities(self) -> set[str]:
        """What tells the faults apart without a look at the log: the requests that the lines name."""
        return {line.request_id or f"{self.log_stream} {line.timestamp_ms}" for line in self.told}

    def faults(self) -> Iterator[Fault]:
        """The faults that the lines tell of, one an invocation, those left out that the layer has reported."""
        function = None
        for invocation in self._invocations():
            sighting = invocation.fault()
            if sighting is None:
                continue
            function = function or functions.describe(self.log_group, self.log_stream)
            fault = Fault(function, invocation, sighting, self.log_group, self.log_stream)
            if not fault.is_reported_in_process:
                yield fault

    def _invocations(self) -> Iterator[Invocation]:
        """The invocations that the lines belong to, with all that was logged in them."""
        told = self.told
        if not told:
            return
        wanted = {_identity(line) for line in told}
        for invocation in divide(_merged(self._around(told), told)):
            if any(_identity(line) in wanted for line in invocation.lines):
                yield invocation

    def _around(self, told: Sequence[Line]) -> list[Line]:
        """The lines of the stream from before the first that tells of a fault; fewer where they cannot be read."""
        oldest_ms = min(line.timestamp_ms for line in told)
        until_ms = max(line.timestamp_ms for line in told) + log_stream.REPORTED_WITHIN_MS
        read: list[Line] = []
        while True:
            older = log_stream.lines_until(self.log_group, self.log_stream, until_ms)
            known = {_identity(line) for line in read}
            read = [*(line for line in older if _identity(line) not in known), *read]
            if not older or older[0].timestamp_ms <= oldest_ms or older[0].timestamp_ms >= until_ms:
                return read
            until_ms = older[0].timestamp_ms


def _merged(read: Sequence[Line], told: Sequence[Line]) -> list[Line]:
    """The lines of a stream, with those that were delivered but are not among what could be read."""
    known = {_identity(line) for line in read}
    missing = [line for line in told if _identity(line) not in known]
    return sorted([*read, *missing], key=lambda line: line.timestamp_ms) if missing else list(read)


def _identity(line: Line) -> tuple[int, str]:
    return line.timestamp_ms, line.text
