"""The one moment at which sentry_sdk is initialised: right after its import, whoever imports it.

The reporter imports it when there is something to report; the function's own code may import it before. Python's
import lock makes it happen once, and no lock of ours can be held across it.
"""

import importlib.util
import sys
import warnings

from cdk_sentry_layer.notice import say_once

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

    from cdk_sentry_layer.floods import Floods
    from cdk_sentry_layer.settings import Settings

SDK = "sentry_sdk"

_ready = False


def is_ready() -> bool:
    """Whether the SDK is imported and initialised."""
    return _ready


def initialise_on_import(settings: "Settings", floods: "Floods") -> None:
    """Initialises the SDK with `settings` as soon as anyone imports it, or now if somebody has."""
    imported = sys.modules.get(SDK)
    if imported is None:
        sys.meta_path.insert(0, _Finder(settings, floods))
    else:
        _initialise(imported, settings, floods)


class _Finder:
    """Finds sentry_sdk as Python would without it, a version that the function brings along first."""

    def __init__(self, settings: "Settings", floods: "Floods") -> None:
        self._settings = settings
        self._floods = floods

    def find_spec(
        self, name: str, _path: "Sequence[str] | None" = None, _target: "ModuleType | None" = None
    ) -> "ModuleSpec | None":
        if name != SDK or self not in sys.meta_path:
            return None
        sys.meta_path.remove(self)
        # A function that turns warnings into errors means its own code.
        warnings.filterwarnings("ignore", module=rf"{SDK}(\.|$)")
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def execute_and_initialise(module: "ModuleType") -> None:
                execute(module)
                _initialise(module, self._settings, self._floods)

            spec.loader.exec_module = execute_and_initialise  # type: ignore[method-assign]
        return spec


def _initialise(sentry_sdk: "ModuleType", settings: "Settings", floods: "Floods") -> None:
    global _ready  # noqa: PLW0603  a process has one SDK
    try:
        from cdk_sentry_layer import sdk

        sdk.initialise(sentry_sdk, settings, floods)
        _ready = True
    except BaseException as problem:
        say_once("sdk", f"nothing is reported, sentry_sdk did not start: {problem!r}")
        if not isinstance(problem, Exception):
            raise
