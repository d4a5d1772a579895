"""Fails whatever comes."""

from typing import Any


def handler(_event: Any, _context: Any) -> None:
    raise LookupError("as always")
