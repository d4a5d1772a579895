"""Fails in init with the very error by which the runtime knows a missing handler."""

import json

json.no_such_function()  # type: ignore[attr-defined]
