"""The workflow that users copy, line by line in a repository of its own: from synth without an account to the audit."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from demo.deployment import Cdk
from demo.local_aws import LocalAws, clean_environment
from demo.ministack import ministack
from tests.harness.sentry_api import SentryApi
from tests.harness.sink import Sink
from tests.packaging.conftest import APP, ROOT, TOOLS

pytestmark = pytest.mark.xdist_group("packaging")

EXAMPLE = ROOT / "examples" / "github-actions" / "deploy.yml"
TOKEN = "sntryu_0123456789abcdef"
VALUES = {
    "${{ secrets.SENTRY_AUTH_TOKEN }}": TOKEN,
    "${{ vars.SENTRY_ORG }}": "acme",
    "${{ vars.SENTRY_PROJECT }}": "shop",
}
_INSTALLS = ("pip install ", "npm ci")

UNMONITORED = """
lambda_.DockerImageFunction(
    stack,
    "Images",
    code=lambda_.DockerImageCode.from_ecr(cdk.aws_ecr.Repository.from_repository_name(stack, "Repository", "images")),
)
"""


@dataclass(frozen=True)
class Checkout:
    """What a job of the workflow has after `actions/checkout` and what it installs.

    Attributes:
        folder: the user's repository.
        environment: of every step, as the runner sets it.
    """

    folder: Path
    environment: Mapping[str, str]

    def runs(self, job: str, **environment: str) -> Iterator[tuple[str, subprocess.CompletedProcess[str]]]:
        """Each step of a job with its result, those left out that install."""
        workflow = yaml.safe_load(EXAMPLE.read_text())
        for step in workflow["jobs"][job]["steps"]:
            command = step.get("run", "")
            if not command or command.startswith(_INSTALLS):
                continue
            told = workflow["env"] | {name: VALUES[value] for name, value in step.get("env", {}).items()}
            # As GitHub's runner does it.
            shell = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", command]
            yield (
                command,
                subprocess.run(
                    shell,
                    cwd=self.folder,
                    env={**self.environment, **told, **environment},
                    capture_output=True,
                    text=True,
                    check=False,
                    timeout=300,
                ),
            )

    def all_run(self, job: str, **environment: str) -> list[str]:
        """Runs a job's steps, each of which must succeed; returns them."""
        commands = []
        for command, finished in self.runs(job, **environment):
            assert finished.returncode == 0, f"$ {command}\n{finished.stdout}\n{finished.stderr}"
            commands.append(command)
        return commands


@pytest.fixture
def checkout(project, tmp_path) -> Checkout:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "app.py").write_text(APP.replace('"Shop"', '"shop-production"'))
    (folder / "cdk.json").write_text('{"app": "python app.py"}')
    (folder / ".gitignore").write_text("node_modules\ncdk.out\n")
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
    for words in (["init", "--quiet"], ["add", "."], [*identity, "commit", "--quiet", "--message", "A shop"]):
        subprocess.run(["git", *words], cwd=folder, check=True)
    # The project's own interpreter and command first; cfn-lint, which the workflow installs, is this repository's.
    path = [project / ".venv" / "bin", TOOLS, os.environ["PATH"]]
    environment = clean_environment() | {
        "PATH": os.pathsep.join(map(os.fspath, path)),
        "HOME": os.fspath(tmp_path),
        "CDK_VALIDATION": "false",
        "npm_config_update_notifier": "false",
    }
    return Checkout(folder, environment)


def test_a_pull_request_is_checked_without_an_account(checkout):
    commands = checkout.all_run("synth")
    assert [command.split()[0] for command in commands] == ["npx", "cfn-lint"]


def test_a_function_that_cannot_be_monitored_fully_ends_the_check(checkout):
    app = checkout.folder / "app.py"
    app.write_text(app.read_text().replace("SentryMonitoring(stack", f"{UNMONITORED}\nSentryMonitoring(stack"))
    ((command, synth), *_) = checkout.runs("synth")
    assert "cdk synth" in command
    assert synth.returncode != 0
    assert "cdk_sentry:container-image" in synth.stderr


def in_aws(aws: LocalAws, work: Path) -> dict[str, str]:
    """What `aws-actions/configure-aws-credentials` leaves to the steps after it, here for the local cloud."""
    known = {name: value for name, value in aws.environment().items() if name.startswith(("AWS_", "NODE_", "NO_"))}
    return known | {"CDK_HOME": os.fspath(work / "cdk-home"), "CDK_DISABLE_CLI_TELEMETRY": "1"}


def test_a_push_to_main_is_deployed_told_to_sentry_and_found_well(checkout, tmp_path):
    with Sink() as sink, SentryApi("acme", {"shop"}, TOKEN) as sentry, ministack(tmp_path / "aws") as cloud:
        cloud.aws.client("ssm").put_parameter(Name="/Sentry/Dsn", Value=sink.dsn, Type="String")
        Cdk(cloud.aws, tmp_path).bootstrap()
        commands = checkout.all_run("deploy", SENTRY_URL=sentry.url, **in_aws(cloud.aws, tmp_path))
        assert [command.split()[0] for command in commands] == ["npx", "cdk-sentry", "cdk-sentry"]
        assert sentry.releases["shop@1"].deploys == ["production"]
        assert len(sentry.releases["shop@1"].commits) == 1
