"""Needs what is not there."""

from typing import Any

import nonesuch  # type: ignore[import-not-found]


def handler(_event: Any, _context: Any) -> Any:
    return nonesuch
