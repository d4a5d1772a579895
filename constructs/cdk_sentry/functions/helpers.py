"""Tells functions that CDK wrote for itself from those of the user."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import aws_lambda as lambda_

from ..stack_template import cdk_class

_METADATA = "is-custom-resource-handler"
# CDK does not mark all of them: by the class of the construct that they belong to, or by its id where CDK keeps the
# class to itself.
_UNMARKED_CLASS = ("aws_cdk.aws_eks_v2", "KubectlProvider")
_UNMARKED_ID = "DrainECSHook"
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
    node = function.node
    if any(_METADATA in entry.type for entry in node.metadata):
        return True
    owner = node.scope
    return owner is not None and (cdk_class(owner) == _UNMARKED_CLASS or owner.node.id == _UNMARKED_ID)
