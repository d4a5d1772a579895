"""`cdk-sentry layer`: the layers as files, as a list, and published by content."""

import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from cdk_sentry.cli.aws import Aws
from cdk_sentry.layers.kinds import NODEJS, PYTHON
from cdk_sentry.layers.versions import LayerVersions
from tests.cli.conftest import REGION
from tests.harness.run import Run

pytestmark = pytest.mark.usefixtures("built_layers")

Command = Callable[..., Run]

KINDS = {"nodejs": NODEJS, "python": PYTHON}
ORGANIZATION = "o-abcdefghij"


def files_of(archive: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


@pytest.mark.parametrize(("runtime", "module"), [("python", "python/"), ("nodejs", "nodejs/node_modules/")])
def test_a_folder_and_a_zip_hold_the_same_as_what_is_deployed(command: Command, tmp_path, runtime, module) -> None:
    folder, archive = tmp_path / "opt", tmp_path / "out" / "layer.zip"
    unpacked = command("layer", "build", "--runtime", runtime, "--output", str(folder))
    packed = command("layer", "build", "--runtime", runtime, "--output", str(archive))

    assert unpacked.code == packed.code == 0
    deployed = files_of(KINDS[runtime].build().archive)
    assert files_of(archive) == deployed
    assert {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    } == deployed
    assert any(name.startswith(f"{module}cdk_sentry_layer/") for name in deployed)


def test_a_folder_with_something_in_it_is_left_alone(command: Command, tmp_path) -> None:
    (tmp_path / "mine").write_text("mine")
    done = command("layer", "build", "--runtime", "nodejs", "--output", str(tmp_path))
    assert done.code == 2
    assert "not empty" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_place_that_cannot_be_written_is_said_in_one_line(command: Command, tmp_path) -> None:
    (tmp_path / "file").write_text("")
    for output in ("file/opt", "file/layer.zip"):
        done = command("layer", "build", "--runtime", "nodejs", "--output", str(tmp_path / output))
        assert done.code == 2
        assert done.err.count("\n") == 1


def test_the_list_names_each_package_with_version_and_size(command: Command) -> None:
    listed = command("layer", "list", "--json").document

    for runtime, sdk in (("python", "sentry-sdk"), ("nodejs", "@sentry/node-core")):
        layer, kind = listed[runtime], KINDS[runtime]
        files = files_of(kind.build().archive)
        versions = {package["name"]: package["version"] for package in layer["packages"]}
        assert versions[sdk] == kind.versions.sdk
        assert versions["cdk-sentry"] == kind.versions.kit
        assert layer["files"] == len(files)
        assert layer["unzipped_bytes"] == sum(len(content) for content in files.values())
        assert sum(package["bytes"] or 0 for package in layer["packages"]) == layer["unzipped_bytes"]
        assert all(package["license"] for package in layer["packages"])
        assert layer["runtimes"] == sorted(kind.runtimes)


def test_the_python_sdk_has_the_size_of_its_files(command: Command) -> None:
    (layer,) = command("layer", "list", "--runtime", "python", "--json").document.values()
    (sdk,) = [package for package in layer["packages"] if package["name"] == "sentry-sdk"]
    files = files_of(PYTHON.build().archive)
    assert sdk["bytes"] == sum(len(content) for name, content in files.items() if "/vendored/sentry_sdk" in name)


def test_people_see_one_table_a_layer(command: Command) -> None:
    shown = command("layer", "list")
    for kind in KINDS.values():
        assert kind.versions.description in shown.out
    assert re.search(r"sentry-sdk +│ +[\d.]+ +│ MIT +│ +[\d.]+ MB", shown.out)


@pytest.mark.parametrize("content", [None, "0123456789abcdef"])
def test_a_description_says_what_can_be_read_back(content) -> None:
    versions = LayerVersions("Python", "1.2.3", "sentry-sdk", "2.75.0", content)
    assert LayerVersions.described(versions.description) == versions


class Regions:
    """Lambda in several regions; each answers as its stub says."""

    def __init__(self) -> None:
        self.stubs: dict[str, Stubber] = {}

    def client(self, service: str, *, region: str | None = None) -> Any:
        assert service == "lambda"
        return self.stubs[region or REGION].client

    def __getitem__(self, region: str) -> Stubber:
        if region not in self.stubs:
            keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
            self.stubs[region] = Stubber(boto3.client("lambda", region_name=region, **keys))
            self.stubs[region].activate()
        return self.stubs[region]


@pytest.fixture
def regions(aws_environment: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Regions]:
    stubbed = Regions()
    monkeypatch.setattr(Aws, "client", stubbed.client)
    _ = stubbed[REGION]
    yield stubbed
    for stub in stubbed.stubs.values():
        stub.assert_no_pending_responses()


def arn(region: str, version: int, name: str = "cdk-sentry-nodejs") -> str:
    return f"arn:aws:lambda:{region}:123456789012:layer:{name}:{version}"


def lists(stub: Stubber, region: str, descriptions: dict[int, str], name: str = "cdk-sentry-nodejs") -> None:
    found = [
        {"LayerVersionArn": arn(region, version, name), "Version": version, "Description": description}
        for version, description in descriptions.items()
    ]
    stub.add_response("list_layer_versions", {"LayerVersions": found}, {"LayerName": name})


def publishes(stub: Stubber, region: str, version: int, name: str = "cdk-sentry-nodejs") -> None:
    stub.add_response(
        "publish_layer_version",
        {"LayerVersionArn": arn(region, version, name), "Version": version},
        {
            "LayerName": name,
            "Description": described(),
            "Content": {"ZipFile": NODEJS.build().archive.read_bytes()},
            "CompatibleRuntimes": sorted(NODEJS.runtimes),
            "CompatibleArchitectures": ["x86_64", "arm64"],
            "LicenseInfo": "Apache-2.0 AND MIT",
        },
    )


def permits(stub: Stubber, version: int) -> None:
    expected = {
        "LayerName": "cdk-sentry-nodejs",
        "VersionNumber": version,
        "StatementId": ANY,
        "Action": "lambda:GetLayerVersion",
        "Principal": "*",
        "OrganizationId": ORGANIZATION,
    }
    stub.add_response("add_layer_version_permission", {}, expected)


def described(content: str | None = None) -> str:
    return f"{NODEJS.versions.description}, content {content or NODEJS.build().content_hash[:16]}"


def test_a_layer_is_published_with_its_runtimes_architectures_and_content(command: Command, regions: Regions) -> None:
    lists(regions[REGION], REGION, {1: described("0" * 16), 2: "somebody else's"})
    publishes(regions[REGION], REGION, 3)

    done = command("layer", "publish", "--runtime", "nodejs")

    assert done.code == 0
    assert f"nodejs: {arn(REGION, 3)} (published)" in done.out
    assert f'layers=Layers.arn(nodejs="{arn(REGION, 3)}")' in done.out


def test_what_is_published_already_is_not_published_again(command: Command, regions: Regions) -> None:
    lists(regions[REGION], REGION, {5: described("0" * 16), 4: described()})
    done = command("layer", "publish", "--runtime", "nodejs", "--to", REGION, REGION)  # named twice, asked once
    assert done.code == 0
    assert f"nodejs: {arn(REGION, 4)} (was there)" in done.out


def test_an_organisation_may_use_new_and_old_versions(command: Command, regions: Regions) -> None:
    lists(regions["eu-west-1"], "eu-west-1", {4: described()})
    permits(regions["eu-west-1"], 4)
    lists(regions["us-east-1"], "us-east-1", {})
    publishes(regions["us-east-1"], "us-east-1", 1)
    permits(regions["us-east-1"], 1)
    lists(regions["us-west-2"], "us-west-2", {4: described()})
    regions["us-west-2"].add_client_error("add_layer_version_permission", "ResourceConflictException")

    targets = ("eu-west-1", "us-east-1", "us-west-2")
    done = command(
        "layer", "publish", "--runtime", "nodejs", "--to", *targets, "--organization", ORGANIZATION, "--json"
    )

    assert done.code == 0
    assert [(each["region"], each["arn"], each["is_new"]) for each in done.document] == [
        ("eu-west-1", arn("eu-west-1", 4), False),
        ("us-east-1", arn("us-east-1", 1), True),
        ("us-west-2", arn("us-west-2", 4), False),
    ]


def test_a_region_that_fails_leaves_the_others_their_arns(command: Command, regions: Regions) -> None:
    lists(regions["eu-west-1"], "eu-west-1", {4: described()})
    regions["ap-east-1"].add_client_error(
        "list_layer_versions", "AccessDeniedException", "User: x is not authorized to perform: lambda:ListLayerVersions"
    )

    done = command("layer", "publish", "--runtime", "nodejs", "--to", "ap-east-1", "eu-west-1")

    assert done.code == 2
    assert arn("eu-west-1", 4) in done.out
    assert "ap-east-1, nodejs: not allowed: the IAM action lambda:ListLayerVersions is missing" in done.err


def test_a_version_that_may_not_be_shared_names_the_missing_action(command: Command, regions: Regions) -> None:
    lists(regions[REGION], REGION, {4: described()})
    regions[REGION].add_client_error(
        "add_layer_version_permission",
        "AccessDeniedException",
        "User: x is not authorized to perform: lambda:AddLayerVersionPermission on resource: arn:aws:lambda:x",
    )
    done = command("layer", "publish", "--runtime", "nodejs", "--organization", ORGANIZATION)
    assert done.code == 2
    assert "the IAM action lambda:AddLayerVersionPermission is missing on arn:aws:lambda:x" in done.err


def test_another_name_is_for_one_layer(command: Command, regions: Regions) -> None:
    refused = command("layer", "publish", "--name", "team")
    assert refused.code == 2
    assert "add --runtime" in refused.err

    lists(regions[REGION], REGION, {1: described()}, "team")
    assert arn(REGION, 1, "team") in command("layer", "publish", "--runtime", "nodejs", "--name", "team").out
