"""Adds the kit's layer behind the function's own layers."""

from .function import Changes


def add_layer(changes: Changes, layer_version_arn: object) -> None:
    """Appends a layer; the function's own keep their place, so that what they bring wins on the import path.

    Args:
        changes: the function's pending changes.
        layer_version_arn: an ARN, or a CloudFormation reference to one in the same template.
    """
    changes.properties["Layers"] = [*(changes.function.layers or []), layer_version_arn]
