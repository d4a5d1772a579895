"""Which log group a function writes to, and how many subscriptions the template gives it already."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from aws_cdk import Stack

from ..functions.find import resources_of_type
from ..functions.function import MonitoredFunction

MAX_SUBSCRIPTIONS = 2
"""docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html."""

_PREFIX = "/aws/lambda/"


def log_group_name(function: MonitoredFunction) -> Any:
    """The name of the log group: the one that the function's configuration names, else the one named after it.

    Returns:
        Text, or what CloudFormation resolves to it within the function's own template.
    """
    own = own_log_group(function)
    if own is not None:
        return own
    name = function.properties.get("functionName")
    if isinstance(name, str):
        return _PREFIX + name
    return {"Fn::Join": ["", [_PREFIX, {"Ref": logical_id(function)}]]}


def own_log_group(function: MonitoredFunction) -> Any:
    """The log group that the function's configuration names; None where it names none."""
    return (function.properties.get("loggingConfig") or {}).get("logGroup")


def logical_id(function: MonitoredFunction) -> str:
    """The logical id of the function's resource."""
    return str(function.stack.resolve(function.resource.logical_id))


def count_subscriptions(stack: Stack) -> Counter[str]:
    """How many subscriptions each log group has in the template of a stack.

    Args:
        stack: whose template.

    Returns:
        Counts by `key_of` the group's name.
    """
    wanted = ("AWS::Logs::SubscriptionFilter", "AWS::Logs::LogGroup", "Custom::LogRetention")
    found = [each for each in resources_of_type(stack, *wanted) if each.stack is stack]
    resolved = stack.resolve([(each.logical_id, each.cfn_resource_type, each._cfn_properties) for each in found])  # noqa: SLF001
    names = {
        logical: _named(properties, "logGroupName", "LogGroupName")
        for logical, kind, properties in resolved
        if kind != wanted[0]
    }
    targets = [_named(properties, "logGroupName") for _, kind, properties in resolved if kind == wanted[0]]
    # Under what the subscription says and under what that stands for: a function may say either.
    return Counter(key for target in targets for key in {key_of(target), key_of(_followed(target, names))})


def key_of(name: Any) -> str:
    """A text by which the names of log groups can be compared, whatever intrinsic functions they are made of."""
    return json.dumps(name, sort_keys=True)


def keys_of(function: MonitoredFunction) -> set[str]:
    """The keys under which a function's log group may appear in its template."""
    by_reference = {"Fn::Join": ["", [_PREFIX, {"Ref": logical_id(function)}]]}
    keys = {key_of(log_group_name(function))}
    return keys if own_log_group(function) is not None else keys | {key_of(by_reference)}


def _named(properties: Mapping[str, Any], *names: str) -> Any:
    return next((properties[name] for name in names if name in properties), None)


def _followed(name: Any, names: Mapping[str, Any]) -> Any:
    """The name that a reference to a log group, or to CDK's LogRetention, stands for."""
    for target in _targets(name):
        if names.get(target) is not None:
            return names[target]
    return name


def _targets(name: Any) -> Iterable[str]:
    if isinstance(name, dict):
        if isinstance(name.get("Ref"), str):
            yield name["Ref"]
        attribute = name.get("Fn::GetAtt")
        if isinstance(attribute, list) and attribute:
            yield str(attribute[0])
