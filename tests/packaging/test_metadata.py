"""What the distributions say of themselves is so."""

import email
import re
import tomllib
import zipfile

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from supply_chain.components import components
from supply_chain.notices import NOTICES, notices
from supply_chain.sbom import SBOM, sbom
from tests.packaging.conftest import ROOT

pytestmark = pytest.mark.xdist_group("packaging")


@pytest.fixture(scope="session")
def project_table():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="session")
def of_wheel(wheel):
    """The files of the wheel's dist-info by name, and its metadata."""
    with zipfile.ZipFile(wheel) as archive:
        return {
            name.partition(".dist-info/")[2]: archive.read(name).decode()
            for name in archive.namelist()
            if ".dist-info/" in name
        }


def atoms(expression):
    return set(expression.split(" AND "))


def test_the_version_is_written_in_one_place(project_table, of_wheel):
    version = project_table["version"]
    assert email.message_from_string(of_wheel["METADATA"])["Version"] == version
    written = re.compile(rf"""["']{re.escape(version)}["']""")
    ours = [*ROOT.glob("constructs/**/*.py"), *ROOT.glob("lambda_src/**/*.py"), *ROOT.glob("lambda_src/**/src/**/*.js")]
    assert [path for path in ours if written.search(path.read_text())] == []


def test_the_license_covers_all_that_the_wheel_carries(project_table):
    assert atoms(project_table["license"]) == {"Apache-2.0"} | {each.license for each in components()}


def test_every_package_in_a_layer_comes_with_its_license():
    without = [each.name for each in components() if not each.texts]
    assert not without


def test_the_notices_name_every_package_that_the_layers_carry(of_wheel):
    assert notices(components()) == NOTICES.read_text(), "`make sbom` writes them anew"
    assert of_wheel["licenses/THIRD_PARTY_NOTICES.txt"] == NOTICES.read_text()
    assert of_wheel["licenses/LICENSE"] == (ROOT / "LICENSE").read_text()


def test_the_bill_of_materials_is_what_the_layers_carry(of_wheel):
    assert sbom(components()) == SBOM.read_text(), "`make sbom` writes it anew"
    assert of_wheel[f"sboms/{SBOM.name}"] == SBOM.read_text()


def test_the_bill_of_materials_is_valid_cyclonedx():
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(SBOM.read_text()) is None


def test_the_wheel_is_packed_by_what_is_pinned(of_wheel):
    """A wheel names what packed it: another version would give other bytes."""
    (pinned,) = re.findall(r"^hatchling==(\S+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    system = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]
    assert system["requires"] == [f"hatchling=={pinned}"]
    assert email.message_from_string(of_wheel["WHEEL"])["Generator"] == f"hatchling {pinned}"
