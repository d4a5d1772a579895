"""What a user gets by `pip install cdk-sentry`, away from this checkout."""

import json
import shutil
import sys
import zipfile

import pytest

from cdk_sentry.assets import LAMBDA_SRC
from cdk_sentry.layers.build import build_python_layer
from cdk_sentry.layers.build_nodejs import build_nodejs_layer
from cdk_sentry.layers.bytecode import PYTHON_VERSIONS
from tests.packaging.conftest import ROOT, project_with, run

pytestmark = pytest.mark.xdist_group("packaging")


def synthesized(project):
    """Synthesizes the project's app with no way to a package index; returns its output folder and what it printed."""
    shutil.rmtree(project / "cdk.out", ignore_errors=True)
    python = project / ".venv" / "bin" / "python"
    printed = run(
        python, "app.py", cwd=project, CDK_OUTDIR=str(project / "cdk.out"), PIP_INDEX_URL="http://127.0.0.1:9"
    )
    return project / "cdk.out", printed


def asset_hashes(out):
    return sorted(json.loads((out / "Shop.assets.json").read_text())["files"])


def test_the_wheel_synthesizes_in_an_unrelated_empty_project(project):
    out, _ = synthesized(project)
    template = json.loads((out / "Shop.template.json").read_text())
    (function,) = (each for each in template["Resources"].values() if each["Type"] == "AWS::Lambda::Function")
    assert function["Properties"]["Handler"] == "cdk_sentry_layer.bootstrap.handler"


def test_the_constructs_package_is_not_shadowed(project):
    _, printed = synthesized(project)
    assert "site-packages/constructs/__init__.py" in printed


def test_two_installs_of_one_wheel_give_the_same_assets(wheel, project, tmp_path):
    """Pip byte-compiles what it installs; that must not redeploy every function."""
    project_with(wheel, tmp_path)
    assert asset_hashes(synthesized(project)[0]) == asset_hashes(synthesized(tmp_path)[0])


def test_the_wheel_carries_the_layers_that_the_checkout_builds(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (hash_file,) = (
            name for name in names if "_layers/sentry_layer_python-" in name and name.endswith("content-hash.txt")
        )
        shipped = archive.read(hash_file).decode().strip()
    assert shipped == build_python_layer(LAMBDA_SRC / "sentry_layer_python", ROOT / "build" / "layers").content_hash
    assert not [name for name in names if name.endswith(".pyc")]


def test_the_wheel_carries_the_node_layer_and_none_of_the_packages_it_is_built_from(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (hash_file,) = (
            name for name in names if "_layers/sentry_layer_nodejs-" in name and name.endswith("content-hash.txt")
        )
        shipped = archive.read(hash_file).decode().strip()
    built = build_nodejs_layer(LAMBDA_SRC / "sentry_layer_nodejs", ROOT / "build" / "layers")
    assert shipped == built.content_hash
    assert f"cdk_sentry/_layers/{built.home.name}/layer.zip" in names, "found by the hash of its sources"
    assert not [name for name in names if "node_modules" in name]


def test_a_node_layer_built_elsewhere_has_the_same_hash(tmp_path):
    source = tmp_path / "elsewhere" / "sentry_layer_nodejs"
    shutil.copytree(LAMBDA_SRC / "sentry_layer_nodejs", source, copy_function=shutil.copyfile)
    (source / "node_modules").mkdir()
    (source / "node_modules" / "stray.js").write_text("")
    ours = build_nodejs_layer(LAMBDA_SRC / "sentry_layer_nodejs", ROOT / "build" / "layers")
    assert build_nodejs_layer(source, tmp_path / "cache").content_hash == ours.content_hash


def test_a_layer_built_elsewhere_at_another_time_has_the_same_hash(tmp_path):
    """Same inputs, other folder, with stray bytecode and other timestamps beside them."""
    source = tmp_path / "elsewhere" / "sentry_layer_python"
    shutil.copytree(LAMBDA_SRC / "sentry_layer_python", source, copy_function=shutil.copyfile)
    run(sys.executable, "-m", "compileall", "-q", source, cwd=tmp_path)
    ours = build_python_layer(LAMBDA_SRC / "sentry_layer_python", ROOT / "build" / "layers")
    theirs = build_python_layer(source, tmp_path / "cache")
    assert theirs.content_hash == ours.content_hash


def test_a_layers_bytecode_needs_no_look_at_the_source():
    """Bytecode with a timestamp would be thrown away on Lambda, where every file is dated 1980."""
    layer = build_python_layer(LAMBDA_SRC / "sentry_layer_python", ROOT / "build" / "layers")
    with zipfile.ZipFile(layer.archive) as archive:
        compiled = [name for name in archive.namelist() if name.endswith(".pyc")]
        flags = {int.from_bytes(archive.read(name)[4:8], "little") for name in compiled}
    assert flags == {0b01}, "PEP 552: hash-based, not checked"
    for version in PYTHON_VERSIONS:
        tag = version.replace("python", "cpython-").replace(".", "")
        assert f"python/cdk_sentry_layer/__pycache__/bootstrap.{tag}.pyc" in compiled
        assert f"python/cdk_sentry_layer/vendored/sentry_sdk/__pycache__/client.{tag}.pyc" in compiled


def test_the_interpreter_takes_the_layers_bytecode(tmp_path):
    """It is what CPython of that version itself would run: the source is never compiled."""
    layer = build_python_layer(LAMBDA_SRC / "sentry_layer_python", ROOT / "build" / "layers")
    with zipfile.ZipFile(layer.archive) as archive:
        archive.extractall(tmp_path)
    bootstrap = tmp_path / "python" / "cdk_sentry_layer" / "bootstrap.py"
    bootstrap.write_text("raise SystemExit('compiled anew')")
    program = "import cdk_sentry_layer.bootstrap as b; print(b.INITIAL_HANDLER)"
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    assert version in PYTHON_VERSIONS
    assert run(sys.executable, "-c", program, cwd=bootstrap.parents[1]) == "SENTRY_INITIAL_HANDLER\n"
