"""What the layers say of themselves, and that it can be read back."""

import re

from cdk_sentry.assets import LAMBDA_SRC
from cdk_sentry.layers.versions import LayerVersions, nodejs_layer_versions, python_layer_versions


def test_what_a_layer_says_of_itself_can_be_read_back():
    for versions in (python_layer_versions(LAMBDA_SRC), nodejs_layer_versions(LAMBDA_SRC)):
        assert LayerVersions.described(versions.description) == versions
        assert re.fullmatch(r"\d+\.\d+\.\d+", versions.sdk)
        assert len(versions.description) <= 256


def test_the_description_of_another_layer_says_nothing():
    assert LayerVersions.described("") is None
    assert LayerVersions.described("cdk-sentry forwarder") is None
    assert LayerVersions.described("Sentry 2.75.0 for Python") is None
