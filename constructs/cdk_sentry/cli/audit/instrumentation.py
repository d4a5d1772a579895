"""Who watches a function, as far as its configuration says.

What its code does cannot be seen from outside: a function that initialises an SDK with a DSN in its code looks like
one that nobody watches.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ...layers.versions import LayerVersions
from .answer import Unread
from .function import Function

KIT_HANDLER = "cdk_sentry_layer.bootstrap.handler"
KIT_PRELOAD = "-r cdk_sentry_layer"
KIT_DESCRIPTION = "cdk-sentry: "
# docs.sentry.io/platforms/python/integrations/aws-lambda/manual-layer and its pages on Node.js.
PUBLIC_ACCOUNT = "943013980633"
_PUBLIC_HANDLER = "sentry_sdk.integrations.init_serverless_sdk."
_SENTRY_PRELOADS = ("@sentry/aws-serverless", "@sentry/node", "@sentry/serverless")
_LAYER_LANGUAGES = ("python", "nodejs")


class By(StrEnum):
    """Who watches a function."""

    KIT = "this kit's layer"
    KIT_VARIABLES = "this kit's variables"
    KIT_ITSELF = "part of this kit"
    PUBLIC_LAYER = "Sentry's public layer"
    OWN_SDK = "an SDK of its own"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Instrumentation:
    """Who watches a function, and whether that works.

    Attributes:
        by: who.
        versions: of the kit's layer, where it tells.
        broken: why it cannot work; empty where it can.
        unseen: what decides and cannot be seen from outside; empty where nothing is open.
    """

    by: By
    versions: LayerVersions | None = None
    broken: str = ""
    unseen: str = ""


def instrumentation(function: Function, layers: Mapping[str, str | Unread]) -> Instrumentation:
    """Who watches a function.

    Args:
        function: which.
        layers: the description of each of its layer versions, by ARN.
    """
    options = function.known_variables.get("NODE_OPTIONS", "")
    entered = function.handler == KIT_HANDLER or KIT_PRELOAD in options
    descriptions = [layers.get(arn, Unread("it was not asked for")) for arn in function.layers]
    kit_layers = [each for each in descriptions if isinstance(each, str) and _is_kits(each)]
    if function.description.startswith(KIT_DESCRIPTION):
        return Instrumentation(By.KIT_ITSELF)
    if entered or kit_layers:
        return _by_kit(function, descriptions, kit_layers, entered=entered)
    sentrys = function.handler.startswith(_PUBLIC_HANDLER) or any(each in options for each in _SENTRY_PRELOADS)
    if any(f":{PUBLIC_ACCOUNT}:layer:" in arn for arn in function.layers):
        return _by_public_layer(function, entered=sentrys)
    return Instrumentation(By.OWN_SDK) if sentrys else _by_variables(function)


def _by_kit(
    function: Function, descriptions: Sequence[str | Unread], kit_layers: Sequence[str], *, entered: bool
) -> Instrumentation:
    versions = next(filter(None, map(LayerVersions.described, kit_layers)), None)
    if not entered:
        if isinstance(function.variables, Unread) and function.runtime.startswith("nodejs"):
            return Instrumentation(By.KIT, versions, unseen=function.variables.reason)
        how = "NODE_OPTIONS do not load it" if function.runtime.startswith("nodejs") else f"handler {function.handler}"
        return Instrumentation(By.KIT, versions, broken=f"the kit's layer is there and is not used: {how}")
    if kit_layers or function.is_image:  # an image has the layer's content inside
        return Instrumentation(By.KIT, versions)
    if not descriptions:
        return Instrumentation(By.KIT, broken="it starts in the kit's layer, and has no layer: it cannot start")
    unread = next((each for each in descriptions if isinstance(each, Unread)), None)
    why = unread.reason if unread else "none of its layers says in its description that it is the kit's"
    return Instrumentation(By.KIT, unseen=why)


def _by_public_layer(function: Function, *, entered: bool) -> Instrumentation:
    if not entered:
        return Instrumentation(By.PUBLIC_LAYER, unseen="neither handler nor NODE_OPTIONS use the layer; its code may")
    if function.runtime.startswith("python") and "SENTRY_INITIAL_HANDLER" not in function.known_variables:
        if isinstance(function.variables, Unread):
            return Instrumentation(By.PUBLIC_LAYER, unseen=function.variables.reason)
        broken = "SENTRY_INITIAL_HANDLER is missing: Sentry's layer does not know what to call"
        return Instrumentation(By.PUBLIC_LAYER, broken=broken)
    return Instrumentation(By.PUBLIC_LAYER)


def _by_variables(function: Function) -> Instrumentation:
    variables = function.known_variables
    if _has_kit_tags(variables):
        if function.runtime.startswith(_LAYER_LANGUAGES):
            return Instrumentation(By.KIT_VARIABLES, broken="the kit's variables are there, its layer is not")
        return Instrumentation(By.KIT_VARIABLES, unseen="there is no layer for it; its code may initialise an SDK")
    if any(name.startswith("SENTRY_DSN") for name in variables):
        return Instrumentation(By.OWN_SDK, unseen="it has a DSN; its code may initialise an SDK")
    unread = function.variables
    return Instrumentation(By.NOBODY, unseen=unread.reason if isinstance(unread, Unread) else "")


def _is_kits(description: str) -> bool:
    return LayerVersions.described(description) is not None


def _has_kit_tags(variables: Mapping[str, str]) -> bool:
    try:
        tags = json.loads(variables.get("SENTRY_TAGS", "null"))
    except ValueError:
        return False
    return isinstance(tags, dict) and "service" in tags
