"""A layer that behaves as Sentry's public Python layer does, for comparisons and for what it must not do.

The SDK comes from source without bytecode and /opt is read-only, so it is compiled at every cold start. It is
initialised at import with the Lambda integration, a timeout warning and a traces sample rate of 0, and the
user's module is imported in the first invocation.
"""

import hashlib
import importlib.metadata
from pathlib import Path

from tests.harness.runtime_files import CACHE, copy_distributions, made_once

HANDLER = "public_layer_like.handler"
"""The handler string of a function that has this layer; its own goes to SENTRY_INITIAL_HANDLER."""

_DISTRIBUTIONS = ("sentry-sdk", "urllib3", "certifi")

_BOOTSTRAP = '''\
"""Initialises Sentry, then hands every call to the user's handler."""

import importlib
import os

import sentry_sdk
from sentry_sdk.integrations.aws_lambda import AwsLambdaIntegration

sentry_sdk.init(
    dsn=os.environ["SENTRY_DSN"],
    integrations=[AwsLambdaIntegration(timeout_warning=True)],
    traces_sample_rate=float(os.environ["SENTRY_TRACES_SAMPLE_RATE"]),
)


def handler(event, context):
    module, _, name = os.environ["SENTRY_INITIAL_HANDLER"].rpartition(".")
    return getattr(importlib.import_module(module.replace("/", ".")), name)(event, context)
'''


def baseline_layer() -> Path:
    """Builds, or finds in the cache, the layer's content: what AWS would show as /opt/python."""
    versions = [f"{name}=={importlib.metadata.version(name)}" for name in _DISTRIBUTIONS]
    identity = hashlib.sha256("\n".join([*versions, _BOOTSTRAP]).encode()).hexdigest()[:12]
    return made_once(CACHE / f"baseline-layer-{identity}", _build) / "python"


def _build(home: Path) -> None:
    copy_distributions(_DISTRIBUTIONS, home / "python")
    (home / "python" / "public_layer_like.py").write_text(_BOOTSTRAP)
