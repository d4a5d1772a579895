"""Needs what is not there."""

import no_such_library  # type: ignore[import-not-found]

handler = no_such_library.handler
