"""What goes wrong when a layer is built."""


class LayerBuildError(RuntimeError):
    """A layer could not be built; the message says why and what to do."""
