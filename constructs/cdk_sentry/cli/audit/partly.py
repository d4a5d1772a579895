"""Text of which only parts are known, and how it compares with text that is."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Partly:
    """Text with open parts.

    Attributes:
        parts: in order; None stands for what is open.
    """

    parts: tuple[str | None, ...]

    def may_be(self, text: str) -> bool:
        """Whether nothing that is known of it speaks against it being `text`."""
        pattern = "".join(".*" if each is None else re.escape(each) for each in self.parts)
        return re.fullmatch(pattern, text, re.DOTALL) is not None

    def __str__(self) -> str:
        return "".join("..." if each is None else each for each in self.parts)


UNKNOWN = Partly((None,))
"""Nothing is known of it, not even that it is text."""


def joined(delimiter: str, values: Iterable[Any]) -> str | Partly:
    """The values as one text.

    Args:
        delimiter: between each two.
        values: text, numbers, or `Partly`.
    """
    parts: list[str | None] = []
    for number, value in enumerate(values):
        if number and delimiter:
            parts.append(delimiter)
        parts += value.parts if isinstance(value, Partly) else (as_text(value),)
    if None not in parts:
        return "".join(part for part in parts if part is not None)
    return Partly(tuple(parts))


def as_text(value: Any) -> str:
    """A literal of a template as CloudFormation writes it into text: `true`, not `True`."""
    return str(value).lower() if isinstance(value, bool) else str(value)
