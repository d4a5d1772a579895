"""The same commit gives the same bytes, wherever and by whomever it is packed."""

import sys
import tarfile
import zipfile

import pytest

from tests.packaging.conftest import build, run

pytestmark = pytest.mark.xdist_group("packaging-elsewhere")


@pytest.fixture(scope="session")
def elsewhere(distributions, tmp_path_factory):
    """The source distribution, unpacked and packed again in a place without caches, by somebody with other habits."""
    folder = tmp_path_factory.mktemp("elsewhere")
    with tarfile.open(distributions[1]) as archive:
        archive.extractall(folder, filter="data")
    (source,) = folder.iterdir()
    run(sys.executable, "-m", "compileall", "-q", source / "lambda_src", source / "constructs", cwd=folder)
    stray = source / "lambda_src" / "sentry_layer_nodejs" / "node_modules"
    stray.mkdir()
    (stray / "stray.js").write_text("")
    return build(source, folder / "dist", umask=0o077, TZ="Asia/Kathmandu", PYTHONHASHSEED="1")


def test_a_wheel_packed_elsewhere_from_the_source_distribution_has_the_same_bytes(distributions, elsewhere):
    """Layers built anew, other folder, umask and time zone, with stray bytecode and packages beside the sources."""
    ours, theirs = distributions[0], elsewhere[0]
    assert ours.name == theirs.name
    with zipfile.ZipFile(ours) as one, zipfile.ZipFile(theirs) as other:
        assert [(entry.filename, entry.CRC) for entry in one.infolist()] == [
            (entry.filename, entry.CRC) for entry in other.infolist()
        ]
    assert ours.read_bytes() == theirs.read_bytes()


def test_a_source_distribution_packed_elsewhere_has_the_same_bytes(distributions, elsewhere):
    assert distributions[1].read_bytes() == elsewhere[1].read_bytes()
