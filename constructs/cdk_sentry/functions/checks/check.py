"""What a check is: it looks at one function with its changes, and yields what somebody should know."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ...settings import FunctionSettings
from ..function import Changes, MonitoredFunction
from ..report import Finding


@dataclass(frozen=True)
class Subject:
    """A function as it was found, with what the kit does to it.

    Attributes:
        function: as it was found.
        changes: what the kit changes.
        settings: what holds for it.
        permitted: whether its role may read the DSN; None when no permission is needed.
    """

    function: MonitoredFunction
    changes: Changes
    settings: FunctionSettings
    permitted: bool | None = None

    @property
    def gets_layer(self) -> bool:
        """Whether the kit adds a layer."""
        return "Layers" in self.changes.properties


Check = Callable[[Subject], Iterator[Finding]]
