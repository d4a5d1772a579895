"""The sample stack of every stage: as `cdk synth` writes it, without a finding of cfn-lint and cdk-nag."""

import json
import os
import subprocess
import sys
from pathlib import Path

import aws_cdk as cdk
import pytest
from cdk_nag import AwsSolutionsChecks

from stacks.activity_stack import ActivityStack

ROOT = Path(__file__).parents[2]
STAGES = ("dev", "staging", "prod", "local")


@pytest.fixture(scope="module", params=STAGES)
def synthesized(request, tmp_path_factory) -> Path:
    """What the real CDK CLI writes for a stage."""
    out = tmp_path_factory.mktemp(request.param)
    cdk_cli = ROOT / "node_modules" / ".bin" / "cdk"
    command = [cdk_cli, "synth", "--quiet", "--context", f"stage={request.param}", "--output", out]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    return out


@pytest.mark.xdist_group("sample_app")
def test_cfn_lint_finds_nothing(synthesized):
    templates = sorted(synthesized.glob("*.template.json"))
    assert templates
    lint = Path(sys.executable).with_name("cfn-lint")
    finished = subprocess.run([lint, *templates], capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout


@pytest.mark.xdist_group("sample_app")
def test_every_function_of_the_sample_is_monitored(synthesized):
    (template,) = (json.loads(path.read_text()) for path in synthesized.glob("*.template.json"))
    functions = {key: each for key, each in template["Resources"].items() if each["Type"] == "AWS::Lambda::Function"}
    own = [each for key, each in functions.items() if key.startswith("Activity")]
    assert len(own) == 3
    assert len(functions) == len(own) + 2  # the forwarder and what subscribes it
    for function in own:
        variables = function["Properties"]["Environment"]["Variables"]
        assert json.loads(variables["SENTRY_TAGS"])["service"] == "activity-history"
        assert variables["SENTRY_ENVIRONMENT"] in STAGES


@pytest.mark.xdist_group("sample_app")
def test_faults_of_every_function_of_the_sample_are_reported_from_outside(synthesized):
    (template,) = (json.loads(path.read_text()) for path in synthesized.glob("*.template.json"))
    (subscriptions,) = (
        each["Properties"]["Subscriptions"]
        for each in template["Resources"].values()
        if each["Type"] == "Custom::SentryLogSubscriptions"
    )
    assert sum(len(each["LogGroups"]) for each in subscriptions) == 3


@pytest.mark.parametrize("stage", STAGES)
def test_cdk_nag_finds_nothing_that_is_not_acknowledged_with_a_reason(stage, tmp_path):
    app = cdk.App(outdir=os.fspath(tmp_path), context=json.loads((ROOT / "cdk.json").read_text())["context"])
    ActivityStack(app, f"activity-history-{stage}", stage=stage)
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    app.synth()


def test_cdk_nag_would_find_something_in_a_stack_that_is_careless(tmp_path):
    """The test above can fail."""
    app = cdk.App(outdir=os.fspath(tmp_path))
    stack = cdk.Stack(app, "Careless")
    cdk.aws_sqs.Queue(stack, "Queue")
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    with pytest.raises(RuntimeError, match="AwsSolutions-SQS4"):
        app.synth()
