"""An event source mapping as Lambda gives it: what its function and the delivery itself are judged by."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_FINE = ("OK", "No records processed")
_STOPPED = {"Disabled", "Disabling"}


@dataclass(frozen=True)
class MappingFacts:
    """What was seen of a mapping.

    Attributes:
        mapping: as Lambda gives it.
    """

    mapping: Mapping[str, Any]

    @property
    def uuid(self) -> str:
        """What Lambda calls it."""
        return str(self.mapping["UUID"])

    @property
    def state(self) -> str:
        """What Lambda does with it, `Enabled` if all is well."""
        return str(self.mapping["State"])

    @property
    def is_stopped(self) -> bool:
        """Whether nothing is read."""
        return self.state in _STOPPED

    @property
    def last_result(self) -> str:
        """What became of the last batch, in Lambda's words; empty if there was none."""
        return str(self.mapping.get("LastProcessingResult", ""))

    @property
    def has_failed(self) -> bool:
        """Whether the last batch was not processed."""
        return bool(self.last_result) and not self.last_result.startswith(_FINE)

    @property
    def gives_up(self) -> bool:
        """Whether a batch that fails is halved and, in the end, given up."""
        return self.mapping.get("MaximumRetryAttempts", -1) >= 0 and bool(
            self.mapping.get("BisectBatchOnFunctionError")
        )
