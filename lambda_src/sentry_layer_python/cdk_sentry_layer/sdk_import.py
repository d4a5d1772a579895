"""The one moment at which sentry_sdk is initialised: right after its import, whoever imports it.

The reporter imports it when there is something to report; the function's own code may import it before. No lock of
ours can be held across it, because none is needed: Python's import lock makes it happen once.
"""

import warnings

from cdk_sentry_layer.import_hooks import after_import
from cdk_sentry_layer.notice import say_once

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from cdk_sentry_layer.floods import Floods
    from cdk_sentry_layer.settings import Settings

_ready = False


def is_ready() -> bool:
    """Whether the SDK is imported and initialised."""
    return _ready


def initialise_on_import(settings: "Settings", floods: "Floods") -> None:
    """Initialises the SDK as soon as anyone imports it: a version that the function brings along, else the layer's."""

    def initialise(_sentry_sdk: "ModuleType") -> None:
        global _ready  # noqa: PLW0603  a process has one SDK
        try:
            # A function that turns warnings into errors means its own code.
            warnings.filterwarnings("ignore", module=r"sentry_sdk(\.|$)")
            from cdk_sentry_layer import sdk

            sdk.initialise(settings, floods)
            _ready = True
        except Exception as problem:
            say_once("sdk", f"nothing is reported, sentry_sdk did not start: {problem!r}")

    after_import("sentry_sdk", initialise)
