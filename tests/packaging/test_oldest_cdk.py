"""The app brings its own aws-cdk-lib: the oldest release that the wheel admits works like the newest."""

import re
import tomllib

import pytest

from tests.packaging.conftest import APP, ROOT, monitored_function, project_with, run

pytestmark = pytest.mark.xdist_group("packaging")


def oldest():
    dependencies = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    (admitted,) = (each for each in dependencies if each.startswith("aws-cdk-lib"))
    (minimum,) = re.findall(r">=([0-9.]+)", admitted)
    return f"{minimum}.0"


def function_of(python, folder):
    # The oldest release does not know the newest runtimes. Names of its own: the project is shared with other tests.
    (folder / "older_runtime.py").write_text(APP.replace("PYTHON_3_13", "PYTHON_3_12"))
    out = folder / "older_runtime.out"
    run(python, "older_runtime.py", cwd=folder, CDK_OUTDIR=str(out))
    return monitored_function(out)


def test_the_oldest_release_admitted_gives_a_function_what_the_newest_does(wheel, project, tmp_path):
    python = project_with(wheel, tmp_path, f"aws-cdk-lib=={oldest()}")
    installed = run(python, "-c", "import importlib.metadata as m; print(m.version('aws-cdk-lib'))", cwd=tmp_path)
    assert installed.strip() == oldest()
    old = function_of(python, tmp_path)
    new = function_of(project / ".venv" / "bin" / "python", project)
    assert old["Environment"] == new["Environment"]
    assert len(old["Layers"]) == len(new["Layers"]) == 1
