"""What every test of this repository has in common."""

import os

import pytest

from cdk_sentry.layers.kinds import NODEJS, PYTHON

# The validator built into aws-cdk-lib takes 5 s of each synth; cfn-lint checks the templates in tests/synth.
os.environ.setdefault("CDK_VALIDATION", "false")
os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20,22")
os.environ.setdefault("JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION", "20,22")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Moves tests that share a deployment to the front: one that begins last would keep one process alone at work."""
    items.sort(key=lambda item: item.get_closest_marker("xdist_group") is None)


@pytest.fixture(scope="session")
def built_layers() -> None:
    """Has the layers in the cache, so that no test reads that one is being built."""
    for kind in (NODEJS, PYTHON):
        kind.build()
