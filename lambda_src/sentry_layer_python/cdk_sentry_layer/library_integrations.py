"""Full mode: the SDK's integrations, each enabled when the function imports the library that it is for.

The SDK's own way is to try all of them in init, which imports botocore whether or not the function uses it.
"""

import importlib

from sentry_sdk import integrations

from cdk_sentry_layer.import_hooks import after_import, refused
from cdk_sentry_layer.notice import say_once

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

# An integration patches its library: the part that it patches must be there.
_PATCHED_MODULE = {
    "boto3": "botocore.client",
    "gql": "gql",
    "graphene": "graphene",
    "huggingface_hub": "huggingface_hub",
}


def enable_on_import(client: "Any") -> None:
    """Enables the SDK's auto-enabling integrations as their libraries are imported.

    Args:
        client: the SDK's client that is to have them.
    """
    for path in getattr(integrations, "_AUTO_ENABLING_INTEGRATIONS", ()):
        module_name, _, class_name = path.rpartition(".")
        library = module_name.rpartition(".")[2]
        after_import(_PATCHED_MODULE.get(library, library), _enabler(client, module_name, class_name))


def _enabler(client: "Any", module_name: str, class_name: str) -> "Callable[[ModuleType], None]":
    def enable(_library: "ModuleType") -> None:
        try:
            integration = getattr(importlib.import_module(module_name), class_name)()
            enabled = integrations.setup_integrations([integration], with_defaults=False)
            client.integrations.update(enabled)
        except integrations.DidNotEnable:
            # A version of the library that the SDK does not know.
            return
        except Exception as problem:
            say_once(module_name, f"no spans from {module_name}: {problem!r}")

    return enable


def stdlib() -> "Any":
    """The integration for outgoing requests and subprocesses.

    Its module imports botocore wherever that can be imported, which on AWS Lambda is everywhere: 30 ms for functions
    that may never use it. So botocore stays out of that import and is patched when the function imports it.
    """
    with refused("botocore"):
        module: Any = importlib.import_module("sentry_sdk.integrations.stdlib")

    def patch(awsrequest: "ModuleType") -> None:
        try:
            module.AWSHTTPConnection = awsrequest.AWSHTTPConnection
            module.AWSHTTPSConnection = awsrequest.AWSHTTPSConnection
            module._patch_aws_connection()  # noqa: SLF001  as its own import has it done
        except Exception as problem:
            say_once("botocore", f"no trace headers to AWS: {problem!r}")

    if hasattr(module, "_patch_aws_connection") and module.AWSHTTPConnection is None:
        after_import("botocore.awsrequest", patch)
    return module.StdlibIntegration()
