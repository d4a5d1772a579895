"""`cdk-sentry layer publish` against the local cloud: what is published is what Lambda then has."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cdk_sentry.layers.kinds import NODEJS, PYTHON
from tests.local_cloud.command import run, run_here, subcommand
from tests.local_cloud.conftest import Cloud
from tests.local_cloud.limited_user import limited_user

pytestmark = [pytest.mark.xdist_group("local_cloud"), pytest.mark.usefixtures("built_layers")]

KINDS = {"nodejs": NODEJS, "python": PYTHON}
ORGANIZATION = "o-abcdefghij"
# The local cloud knows two actions for all that is done with layers, one that reads and one that writes.
IN_THE_LOCAL_CLOUD = {
    "lambda:ListLayerVersions": "lambda:ListLayers",
    "lambda:PublishLayerVersion": "lambda:PublishLayerVersion",
    "lambda:AddLayerVersionPermission": "lambda:PublishLayerVersion",
}
PERMISSIONS = [
    replace(each, actions=[IN_THE_LOCAL_CLOUD[action] for action in each.actions])
    for each in subcommand("layer publish").permissions
]


@pytest.fixture
def lambda_client(cloud: Cloud) -> Iterator[Any]:
    """Lambda; what was published goes at the end, so that each test begins with none."""
    client = cloud.client("lambda")
    yield client
    for name in ("cdk-sentry-python", "cdk-sentry-nodejs"):
        for version in client.list_layer_versions(LayerName=name)["LayerVersions"]:
            client.delete_layer_version(LayerName=name, VersionNumber=version["Version"])


def test_published_layers_are_what_lambda_has_and_are_published_once(cloud: Cloud, lambda_client: Any) -> None:
    environment = cloud.deployment.aws.environment()
    first = run(environment, "layer", "publish", "--organization", ORGANIZATION, "--json")
    second = run(environment, "layer", "publish", "--organization", ORGANIZATION, "--json")

    assert (first.code, second.code) == (0, 0)
    assert [each["is_new"] for each in first.document] == [True, True]
    assert [each["is_new"] for each in second.document] == [False, False]
    assert [each["arn"] for each in second.document] == [each["arn"] for each in first.document]
    for each in first.document:
        kind = KINDS[each["runtime"]]
        there = lambda_client.get_layer_version_by_arn(Arn=each["arn"])
        content = hashlib.sha256(kind.build().archive.read_bytes()).digest()
        assert there["Content"]["CodeSha256"] == base64.b64encode(content).decode()
        assert sorted(there["CompatibleRuntimes"]) == sorted(kind.runtimes)
        name, version = each["arn"].split(":")[-2:]
        policy = lambda_client.get_layer_version_policy(LayerName=name, VersionNumber=int(version))["Policy"]
        assert ORGANIZATION in policy


def test_what_is_built_to_a_file_is_what_is_published(cloud: Cloud, lambda_client: Any, tmp_path: Path) -> None:
    environment, archive = cloud.deployment.aws.environment(), tmp_path / "layer.zip"
    built = run(environment, "layer", "build", "--runtime", "nodejs", "--output", str(archive))
    listed = run(environment, "layer", "list", "--runtime", "nodejs", "--json")
    (published,) = run(environment, "layer", "publish", "--runtime", "nodejs", "--json").document

    assert (built.code, listed.code) == (0, 0)
    there = lambda_client.get_layer_version_by_arn(Arn=published["arn"])["Content"]
    content = archive.read_bytes()
    assert there["CodeSha256"] == base64.b64encode(hashlib.sha256(content).digest()).decode()
    assert there["CodeSize"] == len(content) == listed.document["nodejs"]["zipped_bytes"]


def test_a_function_reports_through_a_published_layer(cloud: Cloud, lambda_client: Any) -> None:
    """What `Layers.arn` puts into a template: the ARN, nothing else."""
    environment = cloud.deployment.aws.environment()
    (published,) = run(environment, "layer", "publish", "--runtime", "python", "--json").document
    name = cloud.function_name("ActivityHistory")
    deployed = [each["Arn"] for each in lambda_client.get_function_configuration(FunctionName=name)["Layers"]]

    def reported() -> int:
        return sum(event["server_name"] == name for event in cloud.sentry.events if "server_name" in event)

    before = reported()
    try:
        lambda_client.update_function_configuration(FunctionName=name, Layers=[published["arn"], *deployed[1:]])
        answer = lambda_client.invoke(FunctionName=name, Payload=b'"no request of API Gateway"')
    finally:
        lambda_client.update_function_configuration(FunctionName=name, Layers=deployed)

    assert "ImportModuleError" not in answer["Payload"].read().decode()
    cloud.sentry.wait_for(lambda: reported() > before, f"event of {name}")


@pytest.mark.parametrize("action", ["lambda:ListLayerVersions", "lambda:PublishLayerVersion"])
def test_what_it_says_that_it_needs_is_enough_and_is_needed(cloud: Cloud, lambda_client: Any, action: str) -> None:
    """Not here: lambda:AddLayerVersionPermission, which the local cloud takes for lambda:PublishLayerVersion."""
    words = ("layer", "publish", "--runtime", "nodejs", "--organization", ORGANIZATION)
    name = action.partition(":")[2]
    with limited_user(cloud.deployment.aws, f"{name}-less", PERMISSIONS, without=[IN_THE_LOCAL_CLOUD[action]]) as less:
        refused = run_here(less, *words)
    with limited_user(cloud.deployment.aws, name, PERMISSIONS) as enough:
        allowed = run_here(enough, *words)

    assert (allowed.code, allowed.err) == (0, "")
    assert refused.code == 2
    assert refused.err.count("\n") == 1, refused.err
    (line,) = refused.err.splitlines()
    assert f"the IAM action {IN_THE_LOCAL_CLOUD[action]} is missing" in line
