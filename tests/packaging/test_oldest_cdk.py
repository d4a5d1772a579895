"""The app brings its own aws-cdk-lib: the oldest release that the wheel admits works like the newest."""

import re
import sys
import tomllib

import pytest

from tests.packaging.conftest import ROOT, monitored_function, project_with, run, synthesized

pytestmark = pytest.mark.xdist_group("packaging")


PIPELINE = """
import aws_cdk as cdk
from cdk_sentry import ActivityPipeline, SentryMonitoring

stack = cdk.Stack(cdk.App(), "Activity")
ActivityPipeline(stack, "Pipeline")
SentryMonitoring(stack, "Sentry", environment="test", release="activity@1")
template = stack.node.root.synth().get_stack_by_name("Activity").template
print(sorted(each["Type"] for each in template["Resources"].values()))
"""


def oldest():
    dependencies = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    (admitted,) = (each for each in dependencies if each.startswith("aws-cdk-lib"))
    (minimum,) = re.findall(r">=([0-9.]+)", admitted)
    return f"{minimum}.0"


def test_the_oldest_release_admitted_gives_a_function_what_the_newest_does(wheel, synthesis, tmp_path):
    python = project_with(wheel, tmp_path, f"aws-cdk-lib=={oldest()}")
    installed = run(python, "-c", "import importlib.metadata as m; print(m.version('aws-cdk-lib'))", cwd=tmp_path)
    assert installed.strip() == oldest()
    old, new = monitored_function(synthesized(tmp_path)[0]), monitored_function(synthesis[0])
    assert old["Environment"] == new["Environment"]
    assert len(old["Layers"]) == len(new["Layers"]) == 1
    assert run(python, "-c", PIPELINE, cwd=tmp_path) == run(sys.executable, "-c", PIPELINE, cwd=tmp_path)
