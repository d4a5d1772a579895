"""The layers as they are named on the command line."""

from ...layers.build import BuiltLayer
from ...layers.errors import LayerBuildError
from ...layers.kinds import NODEJS, PYTHON, LayerKind
from ..errors import CommandError

BY_RUNTIME = {"nodejs": NODEJS, "python": PYTHON}


def chosen(runtime: str | None) -> dict[str, LayerKind]:
    """The layers that --runtime stands for, by its name; all where it was left out."""
    return BY_RUNTIME if runtime is None else {runtime: BY_RUNTIME[runtime]}


def built(kind: LayerKind) -> BuiltLayer:
    """The layer's content.

    Raises:
        CommandError: it could not be built.
    """
    try:
        return kind.build()
    except LayerBuildError as error:
        raise CommandError(str(error)) from None
