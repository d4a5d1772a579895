"""The real CDK CLI, deploying app.py to the local cloud; and what CloudFormation then says is there."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.local_aws import ACCOUNT, REGION, LocalAws
from demo.ministack import CHECKOUT
from demo.process import run
from demo.waiting import StepFailedError

STAGE = "local"
_CDK = CHECKOUT / "node_modules" / ".bin" / "cdk"
_TIMEOUT_S = 300.0
_BOOTSTRAP_STACK = "CDKToolkit"


@dataclass(frozen=True)
class Resource:
    """One resource of a deployed stack.

    Attributes:
        stack: name of its stack.
        kind: CloudFormation type, for example `AWS::Lambda::Function`.
        logical_id: its name in the template.
        physical_id: its name in the account.
    """

    stack: str
    kind: str
    logical_id: str
    physical_id: str


class Cdk:
    """Runs CDK commands against the local cloud.

    Args:
        aws: where to deploy to.
        work: folder for logs, the synthesized app and the CLI's own cache.
    """

    def __init__(self, aws: LocalAws, work: Path) -> None:
        self._aws = aws
        self._work = work

    def bootstrap(self) -> None:
        """`cdk bootstrap`: the bucket and the roles that every deployment needs."""
        # Where no cdk.json is, so that the app is not synthesized for what does not need it.
        self._run("bootstrap", f"aws://{ACCOUNT}/{REGION}", directory=self._work)

    def deploy(self) -> str:
        """`cdk deploy` of all stacks of the stage `local`; returns what the CLI printed.

        Raises:
            StepFailedError: as every command here; shows the end of what the CLI printed.
        """
        outputs = os.fspath(self._work / "outputs.json")
        options = ["--require-approval", "never", "--progress", "events", "--outputs-file", outputs]
        return self._run("deploy", "--all", *options, *self._app_options())

    def destroy(self) -> str:
        """`cdk destroy` of all stacks; returns what the CLI printed."""
        return self._run("destroy", "--all", "--force", *self._app_options())

    def _app_options(self) -> list[str]:
        return ["--context", f"stage={STAGE}", "--output", os.fspath(self._work / "cdk.out")]

    def _run(self, command: str, *arguments: str, directory: Path = CHECKOUT) -> str:
        log = self._work / f"cdk-{command}.log"
        environment = self._aws.environment() | {
            "CDK_HOME": os.fspath(self._work / "cdk-home"),  # it keeps account numbers by access key
            "CDK_DISABLE_CLI_TELEMETRY": "1",
            "CDK_VALIDATION": "false",  # `make synth` and the tests validate; here it costs seconds
            "NODE_NO_WARNINGS": "1",
            "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20,22",
            "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION": "1",
        }
        run(
            f"cdk {command}",
            [_CDK, command, *arguments, "--no-color", "--no-notices"],
            environment=environment,
            directory=directory,
            log=log,
            timeout_s=_TIMEOUT_S,
        )
        return log.read_text(errors="replace")


class Deployment:
    """What has been deployed, as CloudFormation lists it; CDK's own bootstrap stack left out."""

    def __init__(self, aws: LocalAws) -> None:
        self.aws = aws
        self.resources = tuple(_resources(aws.client("cloudformation")))

    def of_kind(self, kind: str) -> list[Resource]:
        """All resources of a CloudFormation type."""
        return [resource for resource in self.resources if resource.kind == kind]

    def one(self, kind: str, name: str = "") -> Resource:
        """The one resource of a type whose logical id holds `name`.

        Raises:
            StepFailedError: there is none, or more than one; lists what there is.
        """
        found = [resource for resource in self.of_kind(kind) if name.lower() in resource.logical_id.lower()]
        if len(found) != 1:
            there = ", ".join(resource.logical_id for resource in self.of_kind(kind)) or "none"
            raise StepFailedError(f"wanted one {kind} called *{name}*, found {len(found)}; of this type: {there}")
        return found[0]

    def functions(self) -> list[dict[str, Any]]:
        """The configuration of each deployed function, as Lambda gives it; those that belong to the kit left out."""
        client = self.aws.client("lambda")
        names = (resource.physical_id for resource in self.of_kind("AWS::Lambda::Function"))
        configurations = (client.get_function_configuration(FunctionName=name) for name in names)
        return [each for each in configurations if not each.get("Description", "").startswith("cdk-sentry: ")]

    def api_url(self) -> str:
        """Where the REST API answers on this machine, without a slash at the end."""
        api, stage = self.one("AWS::ApiGateway::RestApi"), self.one("AWS::ApiGateway::Stage")
        return f"{self.aws.endpoint_url}/_aws/execute-api/{api.physical_id}/{stage.physical_id}"


def stack_names(cloudformation: Any) -> Iterable[str]:
    """Names of the stacks that exist, without CDK's bootstrap stack."""
    for page in cloudformation.get_paginator("describe_stacks").paginate():
        for stack in page["Stacks"]:
            if stack["StackName"] != _BOOTSTRAP_STACK and stack["StackStatus"] != "DELETE_COMPLETE":
                yield stack["StackName"]


def _resources(cloudformation: Any) -> Iterator[Resource]:
    pages = cloudformation.get_paginator("list_stack_resources")
    for stack in stack_names(cloudformation):
        for page in pages.paginate(StackName=stack):
            for summary in page["StackResourceSummaries"]:
                yield Resource(
                    stack, summary["ResourceType"], summary["LogicalResourceId"], summary.get("PhysicalResourceId", "")
                )
