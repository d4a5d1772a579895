"""Tells functions that CDK wrote for itself from those of the user."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import aws_lambda as lambda_

_METADATA = "is-custom-resource-handler"
# What CDK calls the entry points of its own functions. Others need no closer look, which takes a millisecond each;
# tests/synth/test_helper_functions.py holds this to every helper function of aws-cdk-lib.
_ENTRY_POINTS = ("index.", "__entrypoint__.", "framework.")


def may_be_cdks_own(definition: Mapping[str, Any]) -> bool:
    """Whether a function could be one of CDK's, by its handler.

    Args:
        definition: the function in the template.
    """
    handler = definition.get("Properties", {}).get("Handler")
    return not isinstance(handler, str) or handler.startswith(_ENTRY_POINTS)


def is_cdks_own(function: lambda_.Function) -> bool:
    """Whether a function was written by CDK, for a custom resource or to do what CloudFormation cannot."""
    return any(_METADATA in entry.type for entry in function.node.metadata)
