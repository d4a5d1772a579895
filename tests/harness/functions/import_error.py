"""Needs a package that is not there."""

import importlib

importlib.import_module("a_package_that_is_not_there")


def handler(_event: object, _context: object) -> None:
    """Is never reached."""
