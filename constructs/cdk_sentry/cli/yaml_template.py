"""Reads templates written in YAML, with CloudFormation's short forms such as `!Ref`."""

from typing import Any

import yaml

_WITHOUT_PREFIX = ("Ref", "Condition")


class _Loader(yaml.SafeLoader):  # type: ignore[misc]  # PyYAML tells no types
    """YAML without objects of Python, and with CloudFormation's tags."""


def _intrinsic(loader: _Loader, name: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        argument: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        argument = loader.construct_sequence(node, deep=True)
    else:
        argument = loader.construct_mapping(node, deep=True)
    return {name if name in _WITHOUT_PREFIX else f"Fn::{name}": argument}


_Loader.add_multi_constructor("!", _intrinsic)
# A version such as 2010-09-09 is text.
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _Loader.construct_yaml_str)


def parse(text: str) -> Any:
    """The template as the same data that JSON would give.

    Args:
        text: in YAML.

    Raises:
        yaml.YAMLError: it is not.
    """
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
