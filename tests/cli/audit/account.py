"""An account of AWS that answers boto3's calls from memory, and counts them."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from botocore.exceptions import ClientError

from tests.cli.audit.builders import ACCOUNT, DSN, KIT_LAYER, REGION, VERSIONS, alarm, monitored

STORED_DSN = "/Sentry/Dsn"
STACK_PAGE, ALARM_PAGE, GROUP_PAGE, FUNCTION_PAGE = 100, 100, 50, 50


@dataclass
class Account:
    """What it holds; an operation that it does not know is a mistake of the test.

    Attributes:
        functions: as Lambda lists them.
        stacks: as CloudFormation describes them, each with its `resources` and `template`.
        alarms: metric alarms.
        log_groups: as CloudWatch Logs lists them.
        subscriptions: by log group.
        parameters: values of SSM parameters.
        layers: description by ARN.
        denied: operations that are refused.
        gone: names of stacks that are listed, and not there any more when asked for.
        calls: how often each operation was called.
    """

    functions: list[dict[str, Any]] = field(default_factory=list)
    stacks: list[dict[str, Any]] = field(default_factory=list)
    alarms: list[dict[str, Any]] = field(default_factory=list)
    log_groups: list[dict[str, Any]] = field(default_factory=list)
    subscriptions: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    layers: dict[str, str] = field(default_factory=dict)
    denied: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    calls: Counter[str] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    def call(self, operation: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Answers one call as boto3 returns it."""
        with self._lock:
            self.calls[operation] += 1
        if operation in self.denied:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": f"no: {operation}"}}, operation)
        answers: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "ListFunctions": lambda given: _page(self.functions, given, "Functions", FUNCTION_PAGE, "Marker"),
            "DescribeStacks": self._stacks,
            "ListStacks": lambda _: {
                "StackSummaries": [{"StackName": each["StackName"], "StackStatus": "OK"} for each in self.stacks]
            },
            "ListStackResources": self._resources,
            "GetTemplate": lambda given: {"TemplateBody": self._stack(given["StackName"])["template"]},
            "DescribeAlarms": lambda given: _page(self.alarms, given, "MetricAlarms", ALARM_PAGE),
            "DescribeLogGroups": self._groups,
            "DescribeSubscriptionFilters": lambda given: {
                "subscriptionFilters": self.subscriptions.get(given["logGroupName"], [])
            },
            "GetLayerVersion": lambda given: {
                "Description": self.layers[f"{given['LayerName']}:{given['VersionNumber']}"]
            },
            "GetParameter": self._parameter,
        }
        return answers[operation](given)

    def _stack(self, name: str) -> dict[str, Any]:
        for each in self.stacks:
            if name in (each["StackName"], each["StackId"]) and each["StackName"] not in self.gone:
                return each
        raise ClientError(
            {"Error": {"Code": "ValidationError", "Message": f"Stack [{name}] does not exist"}}, "ListStackResources"
        )

    def _stacks(self, given: Mapping[str, Any]) -> dict[str, Any]:
        found = [self._stack(given["StackName"])] if "StackName" in given else self.stacks
        shown = [{key: value for key, value in each.items() if key[0].isupper()} for each in found]
        return _page(shown, given, "Stacks", STACK_PAGE)

    def _resources(self, given: Mapping[str, Any]) -> dict[str, Any]:
        return _page(self._stack(given["StackName"])["resources"], given, "StackResourceSummaries", STACK_PAGE)

    def _groups(self, given: Mapping[str, Any]) -> dict[str, Any]:
        prefix = given.get("logGroupNamePrefix", "")
        found = [each for each in self.log_groups if each["logGroupName"].startswith(prefix)]
        return _page(found, given, "logGroups", GROUP_PAGE, "nextToken")

    def _parameter(self, given: Mapping[str, Any]) -> dict[str, Any]:
        if given["Name"] not in self.parameters:
            raise ClientError({"Error": {"Code": "ParameterNotFound", "Message": "none"}}, "GetParameter")
        return {"Parameter": {"Value": self.parameters[given["Name"]]}}


def _page(items: list[Any], given: Mapping[str, Any], key: str, size: int, token: str = "NextToken") -> dict[str, Any]:
    start = int(given.get(token, 0))
    page: dict[str, Any] = {key: items[start : start + size]}
    if start + size < len(items):
        page["NextMarker" if token == "Marker" else token] = str(start + size)
    return page


def resource(kind: str, logical_id: str, physical_id: str) -> dict[str, str]:
    """A stack's resource as CloudFormation lists it."""
    return {
        "ResourceType": kind,
        "LogicalResourceId": logical_id,
        "PhysicalResourceId": physical_id,
        "ResourceStatus": "CREATE_COMPLETE",
    }


def stack_of(name: str, functions: list[dict[str, Any]], alarms: list[dict[str, Any]]) -> dict[str, Any]:
    """A stack that declares functions with the kit's layer, as they are, and alarms on them."""
    declared: dict[str, Any] = {}
    resources = [resource("AWS::Lambda::LayerVersion", "PythonLayer", KIT_LAYER)]
    for number, function in enumerate(functions):
        variables = {**function["Environment"]["Variables"], "SENTRY_DSN": {"Ref": "Dsn"}}
        properties = {key: function[key] for key in ("Handler", "Runtime", "Timeout", "MemorySize")} | {
            "Environment": {"Variables": variables},
            "Layers": [{"Ref": "PythonLayer"}],
        }
        declared[f"F{number}"] = {"Type": "AWS::Lambda::Function", "Properties": properties}
        resources.append(resource("AWS::Lambda::Function", f"F{number}", function["FunctionName"]))
    for number, each in enumerate(alarms):
        declared[f"A{number}"] = {"Type": "AWS::CloudWatch::Alarm", "Properties": {"Dimensions": each["Dimensions"]}}
        resources.append(resource("AWS::CloudWatch::Alarm", f"A{number}", each["AlarmName"]))
    groups = [f"/aws/lambda/{each['FunctionName']}" for each in functions]
    declared["Logs"] = {
        "Type": "Custom::SentryLogSubscriptions",
        "Properties": {
            "FilterName": "cdk-sentry-1",
            "DestinationArn": "arn:forwarder",
            "Subscriptions": [{"FilterPattern": "%x%", "LogGroups": groups}],
        },
    }
    resources.append(resource("Custom::SentryLogSubscriptions", "Logs", "logs"))
    return {
        "StackName": name,
        "StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{name}/0a1b",
        "Parameters": [{"ParameterKey": "Dsn", "ParameterValue": STORED_DSN, "ResolvedValue": DSN}],
        "resources": resources,
        "template": {"Parameters": {"Dsn": {"Type": "AWS::SSM::Parameter::Value<String>"}}, "Resources": declared},
    }


def account_of(stacks: int, functions_each: int, alarms_each: int = 3) -> Account:
    """An account in which everything is as the kit leaves it.

    Args:
        stacks: how many.
        functions_each: in every stack.
        alarms_each: on every function.
    """
    account = Account(layers={KIT_LAYER: VERSIONS.description}, parameters={STORED_DSN: DSN})
    for number in range(stacks):
        functions = [monitored(f"s{number}-f{each}") for each in range(functions_each)]
        alarms = [
            alarm(f"{function['FunctionName']}-{kind}", function["FunctionName"])
            for function in functions
            for kind in range(alarms_each)
        ]
        account.functions += functions
        account.alarms += alarms
        account.stacks.append(stack_of(f"s{number}", functions, alarms))
        for function in functions:
            group = f"/aws/lambda/{function['FunctionName']}"
            account.log_groups.append({"logGroupName": group, "retentionInDays": 7})
            account.subscriptions[group] = [{"filterName": "cdk-sentry-1", "destinationArn": "arn:forwarder"}]
    return account
