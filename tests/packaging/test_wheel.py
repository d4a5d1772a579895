"""What a user gets by `pip install cdk-sentry`, away from this checkout."""

import json
import sys
import zipfile

import pytest

from cdk_sentry.layers.bytecode import PYTHON_VERSIONS
from supply_chain.components import layers
from tests.packaging.conftest import monitored_function, project_with, run, synthesized

pytestmark = pytest.mark.xdist_group("packaging")


def asset_hashes(out):
    return sorted(json.loads((out / "Shop.assets.json").read_text())["files"])


def test_the_wheel_synthesizes_in_an_unrelated_empty_project(synthesis):
    assert monitored_function(synthesis[0])["Environment"]["Variables"]["SENTRY_INITIAL_HANDLER"] == "orders.handler"


def test_the_constructs_package_is_not_shadowed(synthesis):
    assert "site-packages/constructs/__init__.py" in synthesis[1]


def test_two_installs_of_one_wheel_give_the_same_assets(wheel, synthesis, tmp_path):
    """Pip byte-compiles what it installs; that must not redeploy every function."""
    python = project_with(wheel, tmp_path)
    (installed,) = tmp_path.glob(".venv/lib/*/site-packages/cdk_sentry")
    run(python, "-m", "compileall", "-q", installed, cwd=tmp_path)
    assert list(installed.rglob("_lambda_src/**/*.pyc"))
    assert asset_hashes(synthesis[0]) == asset_hashes(synthesized(tmp_path)[0])


def test_the_wheel_carries_the_layers_that_the_checkout_builds(wheel):
    with zipfile.ZipFile(wheel) as archive:
        shipped = {
            name.split("/")[2]: archive.read(name).decode().strip()
            for name in archive.namelist()
            if name.startswith("cdk_sentry/_layers/") and name.endswith("/content-hash.txt")
        }
        for home in shipped:
            assert f"cdk_sentry/_layers/{home}/layer.zip" in archive.namelist()
    assert shipped == {layer.home.name: layer.content_hash for layer in layers().values()}


def test_the_wheel_carries_neither_bytecode_nor_the_packages_that_a_layer_is_built_from(wheel):
    with zipfile.ZipFile(wheel) as archive:
        assert not [name for name in archive.namelist() if name.endswith(".pyc") or "node_modules" in name]


def test_a_layers_bytecode_needs_no_look_at_the_source():
    """Bytecode with a timestamp would be thrown away on Lambda, where every file is dated 1980."""
    with zipfile.ZipFile(layers()["sentry_layer_python"].archive) as archive:
        compiled = [name for name in archive.namelist() if name.endswith(".pyc")]
        flags = {int.from_bytes(archive.read(name)[4:8], "little") for name in compiled}
    assert flags == {0b01}, "PEP 552: hash-based, not checked"
    for version in PYTHON_VERSIONS:
        tag = version.replace("python", "cpython-").replace(".", "")
        assert f"python/cdk_sentry_layer/__pycache__/bootstrap.{tag}.pyc" in compiled
        assert f"python/cdk_sentry_layer/vendored/sentry_sdk/__pycache__/client.{tag}.pyc" in compiled


def test_the_interpreter_takes_the_layers_bytecode(tmp_path):
    """It is what CPython of that version itself would run: the source is never compiled."""
    with zipfile.ZipFile(layers()["sentry_layer_python"].archive) as archive:
        archive.extractall(tmp_path)
    bootstrap = tmp_path / "python" / "cdk_sentry_layer" / "bootstrap.py"
    bootstrap.write_text("raise SystemExit('compiled anew')")
    program = "import cdk_sentry_layer.bootstrap as b; print(b.INITIAL_HANDLER)"
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    assert version in PYTHON_VERSIONS
    assert run(sys.executable, "-c", program, cwd=bootstrap.parents[1]) == "SENTRY_INITIAL_HANDLER\n"
