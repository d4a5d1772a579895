"""A deployed function: its configuration as Lambda gives it, and its place in CloudFormation."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..stacks import Resource
from .answer import Unread
from .stacks import Stack

# Lambda's own: docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
DEFAULT_TIMEOUT_S = 3
DEFAULT_MEMORY_MB = 128


@dataclass(frozen=True)
class Function:
    """A deployed function.

    Attributes:
        configuration: as Lambda gives it.
        stack: whose template declares it; None where no stack that was read does.
        resource: its entry there.
        is_helper: whether it only serves deployments, behind a custom resource.
    """

    configuration: Mapping[str, Any]
    stack: Stack | None = None
    resource: Resource | None = None
    is_helper: bool = False

    @property
    def name(self) -> str:
        """Its name in the account."""
        return str(self.configuration["FunctionName"])

    @property
    def arn(self) -> str:
        """Its ARN, without a version."""
        return str(self.configuration["FunctionArn"])

    @property
    def account(self) -> str:
        """Number of the account that it is in."""
        return self.arn.split(":")[4]

    @property
    def runtime(self) -> str:
        """Lambda's identifier; empty for a container image."""
        return str(self.configuration.get("Runtime", ""))

    @property
    def is_image(self) -> bool:
        """Whether it is a container image, which has no layers."""
        return self.configuration.get("PackageType") == "Image"

    @property
    def handler(self) -> str:
        """The handler; of a container image its command, empty where the image itself has it."""
        image = (self.configuration.get("ImageConfigResponse") or {}).get("ImageConfig") or {}
        return str(self.configuration.get("Handler") or (image.get("Command") or [""])[0])

    @property
    def description(self) -> str:
        """Its description."""
        return str(self.configuration.get("Description", ""))

    @property
    def variables(self) -> Mapping[str, str] | Unread:
        """Its environment; Lambda leaves it out where the key that encrypts it may not be used."""
        environment = self.configuration.get("Environment") or {}
        if "Error" in environment:
            reason = environment["Error"].get("ErrorCode", "no reason given")
            return Unread(f"its environment is encrypted and Lambda may not decrypt it for you ({reason})")
        return dict(environment.get("Variables") or {})

    @property
    def known_variables(self) -> Mapping[str, str]:
        """Its environment; empty where that cannot be read."""
        return {} if isinstance(self.variables, Unread) else self.variables

    @property
    def dsn_from(self) -> str | None:
        """Name of the SSM parameter that CloudFormation took its DSN from; None where it is from elsewhere."""
        if self.stack is None or self.resource is None or not self.known_variables.get("SENTRY_DSN"):
            return None
        return self.stack.ssm_name(self.resource.logical_id, "SENTRY_DSN")

    @property
    def layers(self) -> Sequence[str]:
        """ARNs of its layer versions."""
        return [str(each["Arn"]) for each in self.configuration.get("Layers") or ()]

    @property
    def log_group(self) -> str:
        """Where it writes its log."""
        configured = (self.configuration.get("LoggingConfig") or {}).get("LogGroup")
        return str(configured or f"/aws/lambda/{self.name}")

    @property
    def last_modified(self) -> dt.datetime | None:
        """When its code or configuration was last changed."""
        text = self.configuration.get("LastModified")
        return dt.datetime.fromisoformat(text) if text else None
