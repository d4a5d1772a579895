"""Every declared version of Python that this machine has runs the wheel; the workflow has them all."""

import sys

import pytest

from tests.packaging.conftest import monitored_function, project_with, synthesized
from tests.packaging.pythons import declared, installed

pytestmark = pytest.mark.xdist_group("packaging")

_RUNNING = f"{sys.version_info.major}.{sys.version_info.minor}"


def test_the_python_that_runs_these_tests_is_declared():
    assert _RUNNING in declared()


@pytest.mark.parametrize("version", sorted(set(installed()) - {_RUNNING}))
def test_the_wheel_synthesizes_the_same_on_another_python(version, wheel, synthesis, tmp_path):
    project_with(wheel, tmp_path, interpreter=installed()[version])
    assert monitored_function(synthesized(tmp_path)[0]) == monitored_function(synthesis[0])
