"""Everything that the checks look at, read in as few calls as it takes.

Lists where AWS has lists: functions, stacks, alarms and log groups cost a call a page, not one each. What a function
costs by itself is one call, for the subscriptions of its log group, and that only where there should be one.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from ..errors import CommandError
from ..stacks import Resource, resources_of
from .alarms import Alarms, watched_function
from .answer import Unread
from .dsns import Copied, DsnPlace, is_current, place_of, problem_at
from .function import Function
from .instrumentation import KIT_HANDLER, KIT_PRELOAD
from .partly import Partly
from .reader import Reader
from .stacks import ALARM, LAMBDA_FUNCTION, LOG_SUBSCRIPTIONS, READ_TYPES, Stack

_MADE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE")
_DEFAULT_GROUPS = "/aws/lambda/"
# Handlers of CDK's own functions that other such functions call, not a custom resource.
_CDK_HANDLERS = ("__entrypoint__.", "framework.")


@dataclass(frozen=True)
class Subscription:
    """A subscription that a template wants.

    Attributes:
        filter_name: its name.
        destination: ARN of the forwarder.
        groups: log groups that are to have it.
    """

    filter_name: str
    destination: str | Partly
    groups: Sequence[str | Partly]


@dataclass(frozen=True)
class Inventory:
    """What there is.

    Attributes:
        functions: those in question, without helpers.
        helpers: functions that only serve deployments.
        missing: functions that a stack declares and that are not there.
        alarms: of account and region.
        declared_alarms: names of the alarms that the stacks' templates have on a function, by the function's name.
        log_groups: retention in days by name; None for ever.
        declared_subscriptions: the subscription that a template gives to a log group, by the group's name.
        subscriptions: of the log groups that should have one, as CloudWatch Logs gives them.
        layers: description of each layer version, by ARN.
        dsns: what is wrong at each place that a DSN is read from at run time; empty where nothing is.
        copied: whether each DSN that CloudFormation has copied into functions is still that of its SSM parameter; None
            where that is gone.
    """

    functions: Sequence[Function]
    helpers: Sequence[Function]
    missing: Sequence[Resource]
    alarms: Alarms | Unread
    declared_alarms: Mapping[str, Sequence[str]]
    log_groups: Mapping[str, int | None] | Unread
    declared_subscriptions: Mapping[str, Subscription]
    subscriptions: Mapping[str, Sequence[Mapping[str, Any]] | Unread]
    layers: Mapping[str, str | Unread]
    dsns: Mapping[DsnPlace, str | Unread]
    copied: Mapping[Copied, bool | Unread | None]


def take_inventory(reader: Reader, stack: str | None) -> Inventory:
    """Reads everything.

    Args:
        reader: asks AWS.
        stack: name of the one in question, with those nested in it; None for all functions of account and region.

    Raises:
        CommandError: there is no such stack.
        botocore.exceptions.ClientError: functions or stacks may not be listed.
    """
    stacks = _read_stacks(reader, stack)
    configurations = reader.pages("lambda", "list_functions", "Functions")
    functions, missing = _placed(configurations, stacks, only_in_stacks=stack is not None)
    copied = [Copied(each.dsn_from, each.known_variables["SENTRY_DSN"]) for each in functions if each.dsn_from]
    places = list(filter(None, (place_of(each.known_variables) for each in functions)))
    log_names = [each.log_group for each in functions]
    read = reader.together(
        {
            "alarms": lambda: reader.attempt(lambda: _alarms(reader)),
            "log groups": lambda: reader.attempt(lambda: _log_groups(reader, log_names)),
        }
    )
    subscribed = _declared_subscriptions(stacks, log_names)
    there = read["log groups"]
    groups = [name for name in subscribed if isinstance(there, Unread) or name in there]
    return Inventory(
        functions=[each for each in functions if not each.is_helper],
        helpers=[each for each in functions if each.is_helper],
        missing=missing,
        alarms=read["alarms"],
        declared_alarms=_declared_alarms(stacks),
        log_groups=there,
        declared_subscriptions=subscribed,
        subscriptions=reader.each("log subscriptions", groups, lambda name: subscriptions_of(reader, name)),
        layers=reader.each("layers", _layers_to_ask_for(functions), lambda arn: _layer(reader, arn, functions)),
        dsns=reader.each("DSNs", places, lambda place: problem_at(place, reader)),
        copied=reader.each("copied DSNs", copied, lambda each: is_current(each, reader)),
    )


def _read_stacks(reader: Reader, name: str | None) -> list[Stack]:
    client = reader.aws.client("cloudformation")
    if name is None:
        described = reader.pages("cloudformation", "describe_stacks", "Stacks")
        roots = [each["StackName"] for each in described if "ParentId" not in each]
    else:
        described, roots = [], [name]
    walked = reader.each("stacks", roots, lambda root: _resources(reader, root, is_listed=name is None))
    resources: dict[tuple[str, str], list[Resource]] = {}
    for root, found in walked.items():
        for key, own in groupby(sorted(found, key=lambda each: each.stack), key=lambda each: each.stack):
            resources[root, key] = list(own)
    if name is not None:
        keys = [key for _, key in resources] or [name]
        answers = reader.each("parameters", keys, lambda key: client.describe_stacks(StackName=key)["Stacks"][0])
        described = list(answers.values())
    by_key = {each[field]: each for each in described for field in ("StackName", "StackId")}
    stacks = [
        Stack(by_key[key], root=by_key[root]["StackName"] if root in by_key else root, resources=own)
        for (root, key), own in resources.items()
        if key in by_key
    ]
    nested = {each.arn: each for each in stacks}
    wanted = [each for each in stacks if any(resource.kind in READ_TYPES for resource in each.resources)]
    templates = reader.each("templates", [each.arn for each in wanted], lambda arn: _template(reader, arn))
    for each in stacks:
        each.nested = nested
        each.template = templates.get(each.arn)
    return stacks


def _resources(reader: Reader, stack: str, *, is_listed: bool) -> list[Resource]:
    try:
        return resources_of(reader.aws, stack)
    except CommandError:
        if is_listed:  # and has been deleted since
            return []
        raise


def _template(reader: Reader, stack: str) -> Mapping[str, Any] | Unread:
    client = reader.aws.client("cloudformation")
    body = reader.attempt(lambda: client.get_template(StackName=stack, TemplateStage="Processed")["TemplateBody"])
    if not isinstance(body, str):
        return body
    import yaml  # noqa: PLC0415 - most templates are JSON, which botocore has read already

    from ..yaml_template import parse  # noqa: PLC0415

    try:
        template = parse(body)
    except yaml.YAMLError:
        template = None
    return template if isinstance(template, dict) else Unread("its template is neither JSON nor YAML that can be read")


def _placed(
    configurations: Iterable[Mapping[str, Any]], stacks: Sequence[Stack], *, only_in_stacks: bool
) -> tuple[list[Function], list[Resource]]:
    places = {name: (stack, each) for stack in stacks for name, each in stack.physical_ids(LAMBDA_FUNCTION).items()}
    called = {target for stack in stacks for target in stack.behind_custom_resources}
    functions = []
    for configuration in configurations:
        stack, resource = places.pop(configuration["FunctionName"], (None, None))
        if stack is None and only_in_stacks:
            continue
        function = Function(configuration, stack, resource)
        is_called = bool(called & {function.arn, function.name})
        is_watched = "SENTRY_TAGS" in function.known_variables
        is_helper = function.handler.startswith(_CDK_HANDLERS) or (is_called and not is_watched)
        functions.append(replace(function, is_helper=is_helper))
    return functions, [each for _, each in places.values() if each.status in _MADE]


def _alarms(reader: Reader) -> Alarms:
    client = reader.aws.client("cloudwatch")
    pages = client.get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    metric, composite = [], []
    for page in pages:
        metric += page.get("MetricAlarms", ())
        composite += page.get("CompositeAlarms", ())
    return Alarms(metric, composite)


def _log_groups(reader: Reader, names: Sequence[str]) -> dict[str, int | None]:
    default = [name for name in names if name.startswith(_DEFAULT_GROUPS)]
    own = [name for name in names if not name.startswith(_DEFAULT_GROUPS)]
    found: dict[str, int | None] = {}
    for wanted in filter(None, (default, own)):
        # One list of what begins alike: CloudWatch Logs takes ten of these calls a second, so not one a function.
        prefix = os.path.commonprefix(wanted)  # noqa: RUF071  (letter by letter is what is wanted)
        arguments = {"logGroupNamePrefix": prefix} if prefix else {}
        for group in reader.pages("logs", "describe_log_groups", "logGroups", **arguments):
            found[group["logGroupName"]] = group.get("retentionInDays")
    return found


def _declared_alarms(stacks: Iterable[Stack]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for stack in stacks:
        for name, resource in stack.physical_ids(ALARM).items():
            properties = stack.properties(resource.logical_id)
            function = None if isinstance(properties, Unread) else watched_function(properties)
            if function:
                found.setdefault(function, []).append(name.rpartition(":alarm:")[2])
    return found


def _declared_subscriptions(stacks: Iterable[Stack], names: Sequence[str]) -> dict[str, Subscription]:
    declared = []
    for stack in stacks:
        for resource in (each for each in stack.resources if each.kind == LOG_SUBSCRIPTIONS):
            properties = stack.properties(resource.logical_id)
            if not isinstance(properties, Unread):
                groups = [group for each in properties.get("Subscriptions", ()) for group in each["LogGroups"]]
                declared.append(Subscription(properties["FilterName"], properties["DestinationArn"], groups))
    literal = {group: each for each in declared for group in each.groups if isinstance(group, str)}
    open_ones = [(group, each) for each in declared for group in each.groups if isinstance(group, Partly)]
    found = {name: literal[name] for name in names if name in literal}
    for name in names:
        fitting = next((each for group, each in open_ones if group.may_be(name)), None)
        if fitting and name not in found:
            found[name] = fitting
    return found


def subscriptions_of(reader: Reader, group: str) -> Sequence[Mapping[str, Any]] | Unread:
    """The subscriptions of a log group, as CloudWatch Logs gives them.

    Args:
        reader: asks AWS.
        group: its name.
    """
    return reader.attempt(
        lambda: reader.pages("logs", "describe_subscription_filters", "subscriptionFilters", logGroupName=group)
    )


def _layers_to_ask_for(functions: Iterable[Function]) -> list[str]:
    """Layers that could be the kit's: those of functions that its variables or its handler say something of."""
    return [
        arn
        for each in functions
        if each.handler == KIT_HANDLER
        or KIT_PRELOAD in each.known_variables.get("NODE_OPTIONS", "")
        or "SENTRY_TAGS" in each.known_variables
        or isinstance(each.variables, Unread)
        for arn in each.layers
    ]


def _layer(reader: Reader, arn: str, functions: Sequence[Function]) -> str | Unread:
    accounts = {each.account for each in functions}
    client = reader.aws.client("lambda")
    layer, _, number = arn.rpartition(":")
    return reader.attempt(
        lambda: str(client.get_layer_version(LayerName=layer, VersionNumber=int(number)).get("Description", "")),
        of_others=arn.split(":")[4] not in accounts,
    )
