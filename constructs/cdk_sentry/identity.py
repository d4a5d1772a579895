"""Tells whether two Python objects stand for one construct."""

from typing import Any, cast

from constructs import IConstruct


def identity(construct: IConstruct) -> str:
    """What is the same for every object that stands for one construct.

    jsii makes a new Python object each time a construct is handed over that was not created in Python, so `is`, `==`
    and dict keys do not tell.

    Args:
        construct: any construct.
    """
    return str(cast("Any", construct).__jsii_ref__.ref)
