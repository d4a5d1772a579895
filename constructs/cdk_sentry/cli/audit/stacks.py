"""Stacks with what their templates say: what CloudFormation meant the resources to be."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ..stacks import Resource
from .answer import Unread
from .partly import UNKNOWN, Partly
from .template import Resolver

LAMBDA_FUNCTION = "AWS::Lambda::Function"
ALARM = "AWS::CloudWatch::Alarm"
LOG_SUBSCRIPTIONS = "Custom::SentryLogSubscriptions"
READ_TYPES = frozenset({LAMBDA_FUNCTION, ALARM, LOG_SUBSCRIPTIONS})
"""Resources whose properties are asked for; a stack without any of them is not asked for its template."""

_HIDDEN = "****"  # what CloudFormation gives for a parameter with NoEcho
_FROM_SSM = "AWS::SSM::Parameter"
_LIST_TYPES = ("CommaDelimitedList", "List<")
# Where `Fn::GetAtt X.Arn` can be made of the physical id; of a queue that is its URL.
_ARNS = {
    LAMBDA_FUNCTION: "arn:{partition}:lambda:{region}:{account}:function:{id}",
    "AWS::DynamoDB::GlobalTable": "arn:{partition}:dynamodb:{region}:{account}:table/{id}",
    "AWS::DynamoDB::Table": "arn:{partition}:dynamodb:{region}:{account}:table/{id}",
    "AWS::Kinesis::Stream": "arn:{partition}:kinesis:{region}:{account}:stream/{id}",
    "AWS::Logs::LogGroup": "arn:{partition}:logs:{region}:{account}:log-group:{id}:*",
    "AWS::S3::Bucket": "arn:{partition}:s3:::{id}",
    "AWS::SQS::Queue": "arn:{partition}:sqs:{region}:{account}:{id}",
}
_CALLED = "ServiceToken"


@dataclass
class Stack:
    """A deployed stack, nested or not.

    Attributes:
        description: as CloudFormation gives it.
        root: name of the stack that it is nested in at the outermost, or its own.
        resources: its own, without those of nested stacks.
        template: as it was deployed, transforms applied; None where nobody asked for it.
        nested: the stacks nested in it, by their ARN.
    """

    description: Mapping[str, Any]
    root: str
    resources: Sequence[Resource]
    template: Mapping[str, Any] | Unread | None = None
    nested: Mapping[str, "Stack"] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its name; CloudFormation makes that of a nested one."""
        return str(self.description["StackName"])

    @property
    def arn(self) -> str:
        """Its ARN."""
        return str(self.description["StackId"])

    @property
    def tags(self) -> Mapping[str, str]:
        """Its tags, which CloudFormation gives to its resources."""
        return {each["Key"]: each["Value"] for each in self.description.get("Tags", ())}

    @cached_property
    def outputs(self) -> Mapping[str, str]:
        """Its outputs."""
        return {each["OutputKey"]: each["OutputValue"] for each in self.description.get("Outputs", ())}

    @cached_property
    def resolver(self) -> Resolver | None:
        """Resolves its template; None where that could not be read."""
        if not isinstance(self.template, Mapping):
            return None
        return Resolver(self.template, self._refs(self.template), self._attribute)

    def properties(self, logical_id: str) -> dict[str, Any] | Unread:
        """What the template says of a resource, resolved as far as it can be."""
        if isinstance(self.template, Unread):
            return self.template
        return self.resolver.properties(logical_id) if self.resolver else Unread("its template was not asked for")

    def ssm_name(self, logical_id: str, variable: str) -> str | None:
        """Name of the SSM parameter that CloudFormation took an environment variable from; None for other variables.

        Args:
            logical_id: of the function.
            variable: its name.
        """
        if not isinstance(self.template, Mapping):
            return None
        properties = self.template.get("Resources", {}).get(logical_id, {}).get("Properties", {})
        given = properties.get("Environment", {}).get("Variables", {}).get(variable)
        name = given.get("Ref") if isinstance(given, Mapping) else None
        declared = self.template.get("Parameters", {}).get(name, {})
        if not str(declared.get("Type", "")).startswith(_FROM_SSM):
            return None
        # Emulators give the resolved value alone, in the place of the name.
        given = [
            each["ParameterValue"]
            for each in self.description.get("Parameters", ())
            if each["ParameterKey"] == name and "ResolvedValue" in each
        ]
        found = given[0] if given else declared.get("Default")
        return None if found == _HIDDEN else found

    def physical_ids(self, kind: str) -> dict[str, Resource]:
        """The resources of a type, by their name in the account."""
        return {each.physical_id: each for each in self.resources if each.kind == kind}

    @cached_property
    def behind_custom_resources(self) -> frozenset[str]:
        """ARNs, or names, of what custom resources of the stack call."""
        if not isinstance(self.template, Mapping):
            return frozenset()
        resources = self.template.get("Resources", {})
        called = [
            self.properties(logical_id)
            for logical_id, each in resources.items()
            if _CALLED in each.get("Properties", {})
        ]
        return frozenset(str(each[_CALLED]) for each in called if isinstance(each, dict) and _CALLED in each)

    @cached_property
    def _place(self) -> dict[str, str]:
        _, partition, _, region, account, _ = self.arn.split(":", 5)
        return {"partition": partition, "region": region, "account": account}

    @cached_property
    def _by_id(self) -> Mapping[str, Resource]:
        return {each.logical_id: each for each in self.resources}

    def _refs(self, template: Mapping[str, Any]) -> dict[str, Any]:
        declared = template.get("Parameters", {})
        refs: dict[str, Any] = {each.logical_id: each.physical_id for each in self.resources if each.physical_id}
        for given in self.description.get("Parameters", ()):
            name = given["ParameterKey"]
            refs[name] = _value(given, str(declared.get(name, {}).get("Type", "String")))
        place = self._place
        return refs | {
            "AWS::AccountId": place["account"],
            "AWS::Partition": place["partition"],
            "AWS::Region": place["region"],
            "AWS::StackId": self.arn,
            "AWS::StackName": self.name,
            "AWS::URLSuffix": "amazonaws.com.cn" if place["partition"] == "aws-cn" else "amazonaws.com",
        }

    def _attribute(self, logical_id: str, name: str) -> Any:
        resource = self._by_id.get(logical_id)
        if resource is None or not resource.physical_id:
            return UNKNOWN
        if name.startswith("Outputs.") and resource.physical_id in self.nested:
            return self.nested[resource.physical_id].outputs.get(name.removeprefix("Outputs."), UNKNOWN)
        if name == "Arn" and resource.kind in _ARNS:
            return _ARNS[resource.kind].format(id=re.sub(r"^https?://.*/", "", resource.physical_id), **self._place)
        return UNKNOWN


def _value(given: Mapping[str, str], declared_type: str) -> str | list[str] | Partly:
    # For parameters out of SSM the value given is the name there.
    value = given.get("ResolvedValue") if declared_type.startswith(_FROM_SSM) else given.get("ParameterValue")
    if value is None or value == _HIDDEN:
        return UNKNOWN
    return value.split(",") if any(each in declared_type for each in _LIST_TYPES) else value
