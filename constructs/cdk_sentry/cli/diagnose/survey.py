"""What a diagnosis is about: a stack, a time, perhaps a user; and which resource a name in AWS means."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import Any

from ..aws import Aws
from ..errors import CommandError
from ..stacks import Resource, resources_of
from .parallel import NoAnswer, ask_all

_COLONS_OF_ARNS = 5
_HASH_OF_CDK = re.compile(r"[0-9A-F]{8}$")
_TEMPLATE_TIMEOUT_S = 10.0

USER_KEYS = ("{user}", "USER#{user}")
"""How a user's id becomes a partition key, where nobody says so."""


@dataclass(frozen=True)
class Requests:
    """How the stack's APIs may be called.

    Attributes:
        allowed: whether GET requests are sent at all.
        url: of the API, where it answers at another address than AWS's.
        paths: to ask for, instead of those that the API has; `{user}` stands for the user.
        headers: of each request, such as an API key or a token.
        timeout_s: how long each is waited for.
    """

    allowed: bool = True
    url: str = ""
    paths: Sequence[str] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    timeout_s: float = 10.0


@dataclass(frozen=True)
class Survey:
    """One diagnosis.

    Attributes:
        aws: the account and region.
        stack: its name.
        resources: of the stack and of those nested in it.
        templates: by stack, as deployed; `NoAnswer` where one cannot be read.
        since: from when on is looked at.
        until: now.
        user: whose data it is about; empty if nobody's.
        user_keys: how the user's id becomes a partition key; `{user}` stands for it.
        requests: how APIs may be called.
    """

    aws: Aws
    stack: str
    resources: Sequence[Resource]
    templates: Mapping[str, Mapping[str, Any] | NoAnswer]
    since: datetime
    until: datetime
    user: str = ""
    user_keys: Sequence[str] = USER_KEYS
    requests: Requests = field(default_factory=Requests)

    @property
    def since_ms(self) -> int:
        """Milliseconds since 1970, as CloudWatch Logs counts."""
        return int(self.since.timestamp() * 1000)

    def of_kind(self, *kinds: str) -> list[Resource]:
        """Resources of these CloudFormation types."""
        return [resource for resource in self.resources if resource.kind in kinds]

    def called(self, identifier: str) -> Resource | None:
        """The resource of this stack that a name, ARN or URL means; None if it is another's."""
        return self._by_name.get(_plain(identifier))

    def declared(self, resource: Resource) -> Mapping[str, Any]:
        """What the template says of a resource; empty where the template cannot be read."""
        template = self.templates.get(resource.stack, {})
        if isinstance(template, NoAnswer):
            return {}
        found: Mapping[str, Any] = template.get("Resources", {}).get(resource.logical_id, {})
        return found

    def label(self, resource: Resource) -> str:
        """What people call a resource: its place in the CDK app, else its logical id."""
        path = str(self.declared(resource).get("Metadata", {}).get("aws:cdk:path", ""))
        parts = [part for part in path.split("/")[1:] if part not in {"Resource", "Default"}]
        if not parts:
            return _HASH_OF_CDK.sub("", resource.logical_id) or resource.logical_id
        # A mapping's id repeats the path of its source; the arrow in the flow says it, too.
        return "/".join(part.partition(":")[0] for part in parts)

    @cached_property
    def _by_name(self) -> dict[str, Resource]:
        # What has parts of its own, such as an API's methods, goes by the name of the whole, which comes first.
        named: dict[str, Resource] = {}
        for resource in self.resources:
            if resource.physical_id and resource.kind in _ADDRESSED:
                named.setdefault(_plain(resource.physical_id), resource)
        return named


_ADDRESSED = {
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGatewayV2::Api",
    "AWS::DynamoDB::GlobalTable",
    "AWS::DynamoDB::Table",
    "AWS::Events::Rule",
    "AWS::Kinesis::Stream",
    "AWS::Lambda::Function",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::StepFunctions::StateMachine",
}


def start(
    aws: Aws,
    stack: str,
    *,
    since: datetime,
    user: str = "",
    user_keys: Sequence[str] = USER_KEYS,
    requests: Requests,
) -> Survey:
    """Reads a stack from CloudFormation; the arguments are the attributes of `Survey`.

    Raises:
        CommandError: there is no such stack.
        ClientError: CloudFormation may not be asked.
    """
    resources = resources_of(aws, stack)
    client = aws.client("cloudformation")
    stacks = dict.fromkeys([stack, *(resource.stack for resource in resources)])
    templates = ask_all(
        {name: partial(_template, client, name) for name in stacks},
        timeout_s=_TEMPLATE_TIMEOUT_S,
    )
    return Survey(aws, stack, resources, templates, since, datetime.now(UTC), user, user_keys, requests)


def _template(client: Any, stack: str) -> Mapping[str, Any]:
    body = client.get_template(StackName=stack, TemplateStage="Processed")["TemplateBody"]
    if isinstance(body, str):
        import yaml  # noqa: PLC0415 - most templates are JSON, which botocore has read already

        from ..yaml_template import parse  # noqa: PLC0415

        try:
            body = parse(body)
        except yaml.YAMLError:
            raise CommandError(f"the template of {stack} is neither JSON nor YAML that can be read") from None
    return body if isinstance(body, Mapping) else {}


def _plain(identifier: str) -> str:
    """The last word of an ARN, URL or name: what AWS calls a resource within its kind."""
    if identifier.startswith("arn:") and identifier.count(":") >= _COLONS_OF_ARNS:
        service, name = identifier.split(":", _COLONS_OF_ARNS)[2::3]
        if service == "lambda":
            return name.split(":")[1] if ":" in name else name  # without version or alias
        if service in {"kinesis", "dynamodb"} and "/" in name:
            return name.split("/")[1]  # stream/NAME/consumer/..., table/NAME/stream/...
        identifier = name.rpartition(":")[2]
    return identifier.rstrip("/").rsplit("/", 1)[-1]
