"""Answers which modules of the SDK and of the layer are loaded."""

import sys
from typing import Any


def handler(event: Any, _context: Any) -> Any:
    if event.get("fail"):
        raise ValueError("now the SDK is needed")
    prefix = "cdk_sentry_layer."
    return {
        "sentry_sdk": "sentry_sdk" in sys.modules,
        "kit": sorted(name.removeprefix(prefix) for name in sys.modules if name.startswith(prefix)),
    }
