"""Which log groups the functions of one template write to, and whether they have room for one more subscription.

Limit: docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html. Which class takes none:
docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from aws_cdk import Stack

from ..functions.find import resources_of_type
from ..functions.function import MonitoredFunction

MAX_SUBSCRIPTIONS = 2

_PREFIX = "/aws/lambda/"
_SUBSCRIPTION = "AWS::Logs::SubscriptionFilter"
_GROUP = "AWS::Logs::LogGroup"
_RETENTION = "Custom::LogRetention"
_WITHOUT_SUBSCRIPTIONS = ("INFREQUENT_ACCESS", "DELIVERY")


class TemplateLogGroups:
    """The log groups of one template, as CloudFormation sees them.

    Args:
        stack: the stack, or nested stack, whose template it is.
    """

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        found = [each for each in resources_of_type(stack, _SUBSCRIPTION, _GROUP, _RETENTION) if each.stack is stack]
        # `_cfn_properties` is jsii's spelling of a protected member: all properties in one call.
        resolved = stack.resolve([[each.logical_id, each.cfn_resource_type, each._cfn_properties] for each in found])  # noqa: SLF001
        names = {
            logical_id: property_of(properties, "LogGroupName")
            for logical_id, kind, properties in resolved
            if kind != _SUBSCRIPTION
        }
        self._names = {logical_id: name for logical_id, name in names.items() if name is not None}
        self._declared = {
            _key(name): {"Fn::GetAtt": [logical_id, "LogGroupName"]} if kind == _RETENTION else {"Ref": logical_id}
            for logical_id, kind, _ in resolved
            if (name := self._names.get(logical_id)) is not None
        }
        self._without_subscriptions = {
            logical_id
            for logical_id, kind, properties in resolved
            if kind == _GROUP and property_of(properties, "LogGroupClass") in _WITHOUT_SUBSCRIPTIONS
        }
        targets = [property_of(properties, "LogGroupName") for _, kind, properties in resolved if kind == _SUBSCRIPTION]
        # Under what the subscription says and under what that stands for: a function may say either.
        self._subscriptions = Counter(key for target in targets for key in {_key(target), _key(self._followed(target))})

    def name_of(self, function: MonitoredFunction) -> Any:
        """The name of a function's log group: the one that its configuration names, else the one named after it.

        Returns:
            Text, or what CloudFormation resolves to it: where the template declares the group, a reference to that,
            so that CloudFormation makes the group before anybody else does.
        """
        own = function.log_group
        if own is not None:
            return own
        by_name, by_reference = self._default_names(function)
        return self._declared.get(_key(by_reference)) or self._declared.get(_key(by_name)) or by_name

    def takes_subscriptions(self, function: MonitoredFunction) -> bool:
        """Whether the class of a function's log group, where the template declares it, takes any."""
        return self._without_subscriptions.isdisjoint(_targets(self.name_of(function)))

    def count_subscriptions(self, function: MonitoredFunction) -> int:
        """How many subscriptions the template gives to a function's log group."""
        own = function.log_group
        names = self._default_names(function) if own is None else (own, self._followed(own))
        return max(self._subscriptions[_key(name)] for name in names)

    def _default_names(self, function: MonitoredFunction) -> tuple[Any, Any]:
        logical_id = self._stack.resolve(function.resource.logical_id)
        by_reference = {"Fn::Join": ["", [_PREFIX, {"Ref": logical_id}]]}
        name = property_of(function.properties, "FunctionName")
        return _PREFIX + name if isinstance(name, str) else by_reference, by_reference

    def _followed(self, name: Any) -> Any:
        """The name that a reference to a log group, or to CDK's LogRetention, stands for."""
        return next((self._names[target] for target in _targets(name) if target in self._names), name)


def property_of(properties: Mapping[str, Any], name: str) -> Any:
    """A property in CloudFormation's spelling or CDK's; None where there is none."""
    return properties.get(name, properties.get(name[:1].lower() + name[1:]))


def _key(name: Any) -> str:
    """A text by which the names of log groups can be compared, whatever intrinsic functions they are made of."""
    return json.dumps(name, sort_keys=True)


def _targets(name: Any) -> Iterator[str]:
    if isinstance(name, Mapping):
        if isinstance(name.get("Ref"), str):
            yield name["Ref"]
        attribute = name.get("Fn::GetAtt")
        if isinstance(attribute, list) and attribute:
            yield str(attribute[0])
