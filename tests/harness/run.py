"""What a run of the command left."""

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Run:
    """Exit code and output.

    Attributes:
        code: its exit code.
        out: standard output.
        err: standard error.
    """

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as the one JSON document that it must be."""
        return json.loads(self.out)
