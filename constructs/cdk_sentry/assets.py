"""Where the code that runs inside AWS Lambda lies: inside the installed package, or beside it in a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).parent
_CHECKOUT = _PACKAGE.parent.parent
_IN_WHEEL = _PACKAGE / "_lambda_src"

LAMBDA_SRC = _IN_WHEEL if _IN_WHEEL.is_dir() else _CHECKOUT / "lambda_src"
"""The folder of Lambda sources."""

LAYER_CACHE = _PACKAGE / "_layers" if _IN_WHEEL.is_dir() else _CHECKOUT / "build" / "layers"
"""Where built layers are: shipped in a wheel, made on first use in a checkout."""
