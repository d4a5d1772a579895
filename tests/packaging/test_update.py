"""What the update of the pins asks for, and what it says of the layers."""

import dataclasses
import io
import json
import shutil

from rich.console import Console

from cdk_sentry.assets import LAMBDA_SRC
from supply_chain.cold_start import MODES, STARTS, added_init_cpu_ms
from supply_chain.components import components, layers
from supply_chain.pins import NPM_FOLDERS, ROOT, npm_upgrade
from supply_chain.update import Snapshot, comparison

NODEJS = "sentry_layer_nodejs"


def text(table):
    printed = io.StringIO()
    Console(file=printed, width=250).print(table)
    return printed.getvalue()


def rows(table):
    """Layer -> its row as text, whatever its height."""
    columns = [list(column.cells) for column in table.columns]
    return {cells[0]: cells[1:] for cells in zip(*columns, strict=True)}


def smaller(layer, folder):
    """The same layer with a smaller archive."""
    build = dataclasses.replace(layer, home=folder, content_hash="another")
    shutil.copytree(layer.directory, folder / "opt")
    (folder / "layer.zip").write_bytes(layer.archive.read_bytes()[:-1000])
    return build


def test_an_update_without_news_says_so():
    now = Snapshot(layers(), components())
    table = comparison(now, now, starts=1)
    assert all(row[0] == "unchanged" for row in rows(table).values())
    assert "->" not in "".join(cell for row in rows(table).values() for cell in row)


def test_an_update_says_what_changed_in_packages_size_and_cold_start(tmp_path):
    after = Snapshot(layers(), components())
    old = [
        dataclasses.replace(each, version="10.0.0") if each.name == "@sentry/core" else each
        for each in after.components
    ]
    before = Snapshot({**after.layers, NODEJS: smaller(after.layers[NODEJS], tmp_path)}, old)
    table = comparison(before, after, starts=1)
    packages, zipped, unpacked, *inits = rows(table)[NODEJS]
    (core,) = [each for each in after.components if each.name == "@sentry/core"]
    assert packages == f"@sentry/core 10.0.0 -> {core.version}"
    size_kb = after.layers[NODEJS].archive.stat().st_size / 1e3
    assert zipped == f"{size_kb - 1:.1f} -> {size_kb:.1f}"
    assert "->" not in unpacked
    assert all(" -> " in init for init in inits)
    assert {row[0] for name, row in rows(table).items() if name != NODEJS} == {"unchanged"}
    assert "Before -> after" in text(table)


def test_cold_starts_are_measured_with_and_without_the_sdk():
    for name in STARTS:
        added = added_init_cpu_ms(name, [layers()[name]], starts=7)
        assert set(added) == set(MODES)
        assert added["full"][0] > added["lean"][0], name


def test_npm_is_asked_for_what_is_compatible_with_the_pins():
    for folder in NPM_FOLDERS:
        package = json.loads((folder / "package.json").read_text())
        asked = npm_upgrade(folder)
        for name, version in {**package.get("dependencies", {}), **package["devDependencies"]}.items():
            assert f"{name}@^{version}" in asked
        assert "--save-exact" in asked


def test_a_lock_is_written_with_the_options_that_it_is_installed_with():
    """Otherwise `npm ci` finds packages missing in it."""
    peers = "--legacy-peer-deps"
    layer = LAMBDA_SRC / NODEJS
    assert (peers in npm_upgrade(layer), peers in npm_upgrade(ROOT)) == (True, False)
    assert peers in (ROOT / "constructs" / "cdk_sentry" / "layers" / "npm.py").read_text()
    assert peers not in (ROOT / "Makefile").read_text()
