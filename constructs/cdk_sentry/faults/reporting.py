"""Puts the forwarder into one stack: who it is subscribed to, what it may read, which alarms it follows."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from aws_cdk import ArnFormat, CfnResource, CustomResource, NestedStack, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from ..dsn import Dsn
from ..functions.function import MonitoredFunction
from ..functions.report import Finding, FunctionReport
from ..settings import FunctionSettings
from ..stack_template import count_resources
from .faults import Faults
from .forwarder import IGNORED_BY_CFN_LINT, Forwarder
from .log_groups import MAX_SUBSCRIPTIONS, TemplateLogGroups
from .names import as_pattern, function_name_patterns, stack_pattern
from .patterns import filter_pattern

_MAX_RESOURCES = 500
# The forwarder's, and what comes after it: saved queries, nested stacks of alarms.
_OWN_RESOURCES = 35
_RESOURCE_TYPE = "Custom::SentryLogSubscriptions"
_UNREPORTED = "so timeouts, lack of memory and crashes are not reported"


@dataclass(frozen=True)
class Covered:
    """A covered function as the forwarder needs to know it.

    Attributes:
        report: what it got.
        dsn: where its events go.
        service: its service.
    """

    report: FunctionReport
    dsn: Dsn
    service: str


def report_faults(
    scope: Construct,
    covered: Sequence[Covered],
    *,
    faults: Faults,
    settings: FunctionSettings,
    dsn_variables: Callable[[], Mapping[str, str]],
    alarm_actions: Sequence[str],
    follows_alarms: bool,
) -> Forwarder | None:
    """Declares the forwarder of a stack, if there is anything for it to do.

    Args:
        scope: where, in the outermost stack of the functions.
        covered: the functions of the stack and of those nested in it.
        faults: what is wanted.
        settings: what holds for alarms, and for a function whose configuration cannot be read.
        dsn_variables: gives the variables of their DSN, once they are needed.
        alarm_actions: ARNs that are told when the forwarder is sick.
        follows_alarms: whether the stack's alarms are to be issues in Sentry.
    """
    groups = {
        stack: TemplateLogGroups(stack) for stack in dict.fromkeys(each.report.function.stack for each in covered)
    }
    subscribed = list(_with_room(covered, groups)) if faults.enabled else []
    if not subscribed and not follows_alarms:
        return None
    home = NestedStack(scope, "Faults") if _is_crowded(Stack.of(scope)) else scope
    variables = {
        "SENTRY_ENVIRONMENT": settings.environment,
        "SENTRY_RELEASE": settings.release,
        "SENTRY_SERVICE": settings.service or Stack.of(scope).stack_name,
    }
    known = {name: value for name, value in variables.items() if value}
    forwarder = Forwarder(home, "Forwarder", environment={**dsn_variables(), **known})
    forwarder.declare_alarms(alarm_actions)
    dsns = [(settings.dsn, settings.service), *((each.dsn, each.service) for each in covered)]
    forwarder.read([statement for dsn, service in dict.fromkeys(dsns) for statement in dsn.permissions(scope, service)])
    if follows_alarms:
        forwarder.follow_alarms(alarm_name_prefix(scope))
    if subscribed:
        _subscribe(scope, subscribed, groups, forwarder, faults.concurrency)
    return forwarder


def _with_room(covered: Sequence[Covered], groups: Mapping[Stack, TemplateLogGroups]) -> Iterator[Covered]:
    """The functions whose log group has a place for one more subscription; says so of the others."""
    for each in covered:
        finding = _full(each.report.function, groups[each.report.function.stack])
        if finding is None:
            yield each
        else:
            each.report.findings.append(finding)


def _full(function: MonitoredFunction, groups: TemplateLogGroups) -> Finding | None:
    """Why there is no place in the log group of a function; None where there is."""
    if function.condition:
        return Finding(
            "log-group-conditional",
            "warning",
            f"{function.path}: it is there under the condition {function.condition} alone, and a log group that may "
            f"not be there is not subscribed to, {_UNREPORTED}. Decide at synth whether the function is there.",
        )
    if not groups.takes_subscriptions(function):
        return Finding(
            "log-group-class",
            "warning",
            f"{function.path}: its log group is of a class that takes no subscriptions, {_UNREPORTED}. Use the class "
            "STANDARD.",
        )
    there = groups.count_subscriptions(function)
    if there < MAX_SUBSCRIPTIONS:
        return None
    return Finding(
        "log-group-full",
        "warning",
        f"{function.path}: its log group has {there} subscriptions already and takes {MAX_SUBSCRIPTIONS}, "
        f"{_UNREPORTED}. Remove one, or have one function read for both.",
    )


def _subscribe(
    scope: Construct,
    covered: Sequence[Covered],
    log_groups: Mapping[Stack, TemplateLogGroups],
    forwarder: Forwarder,
    concurrency: int | None,
) -> None:
    stack = Stack.of(scope)
    functions = [each.report.function for each in covered]
    names = function_name_patterns(functions)
    groups = [*(f"/aws/lambda/{name}" for name in names), *dict.fromkeys(_own_groups(functions))]
    forwarder.read(
        [
            iam.PolicyStatement(
                actions=["lambda:GetFunctionConfiguration"],
                resources=[_arn(stack, "lambda", "function", name) for name in _with_parts(names)],
            ),
            iam.PolicyStatement(
                actions=["logs:GetLogEvents"],
                resources=[_arn(stack, "logs", "log-group", each) for each in _with_parts(groups)],
            ),
        ]
    )
    subscriber = forwarder.subscriber(
        [
            iam.PolicyStatement(
                actions=[
                    "logs:PutSubscriptionFilter",
                    "logs:DescribeSubscriptionFilters",
                    "logs:DeleteSubscriptionFilter",
                    "logs:CreateLogGroup",
                ],
                resources=[_arn(stack, "logs", "log-group", each) for each in _with_parts(groups)],
            ),
            iam.PolicyStatement(
                actions=["lambda:PutFunctionConcurrency", "lambda:DeleteFunctionConcurrency"],
                resources=[forwarder.function.function_arn],
            ),
        ]
    )
    by_stack: dict[Stack, list[Covered]] = {}
    for each in covered:
        by_stack.setdefault(each.report.function.stack, []).append(each)
    for template, members in by_stack.items():
        home = scope if template is stack else Construct(template, f"{scope.node.id}Faults")
        resource = CustomResource(
            home,
            # CloudFormation takes no other service token for a resource that is there, and the subscriber moves to a
            # stack of its own, or back, as the template fills.
            f"LogSubscriptions{subscriber.node.addr[-8:]}",
            service_token=subscriber.function_arn,
            resource_type=_RESOURCE_TYPE,
            properties={
                "DestinationArn": forwarder.function.function_arn,
                # Unique among the stacks that may share a log group.
                "FilterName": f"cdk-sentry-{scope.node.addr[-8:]}",
                "Subscriptions": list(_subscriptions(members, log_groups[template])),
                **({"ReservedConcurrency": concurrency} if concurrency else {}),
            },
        )
        # CloudWatch Logs calls the destination before it subscribes it.
        resource.node.add_dependency(forwarder.permission, subscriber)
        cast("CfnResource", resource.node.default_child).add_metadata("cfn-lint", IGNORED_BY_CFN_LINT)
        for member in members:
            member.report.applied.append("faults")


def _subscriptions(covered: Sequence[Covered], log_groups: TemplateLogGroups) -> Iterator[dict[str, Any]]:
    """Log groups by pattern, each once: functions may share one, and then it takes all that they need."""
    sharing: dict[str, list[Covered]] = {}
    for each in covered:
        sharing.setdefault(json.dumps(log_groups.name_of(each.report.function)), []).append(each)
    by_pattern: dict[str, list[Any]] = {}
    for name, members in sharing.items():
        patterns = {
            filter_pattern(each.report.function.runtime, has_layer="layer" in each.report.applied) for each in members
        }
        pattern = patterns.pop() if len(patterns) == 1 else filter_pattern(None, has_layer=False)
        by_pattern.setdefault(pattern, []).append(json.loads(name))
    for pattern, groups in by_pattern.items():
        yield {"FilterPattern": pattern, "LogGroups": groups}


def _own_groups(functions: Sequence[MonitoredFunction]) -> Iterator[str]:
    """Patterns for the log groups that functions name themselves."""
    found = {json.dumps(each.log_group): each for each in functions if each.log_group is not None}
    for function in found.values():
        group = function.log_group
        if isinstance(group, str):
            yield group
        elif isinstance(function.stack, NestedStack) and "Ref" in group:
            # A group of the same stack: CloudFormation names it after that.
            yield stack_pattern(function.stack)
        else:
            yield as_pattern(group, function)


def alarm_name_prefix(scope: Construct) -> str:
    """What the names of all alarms below a construct begin with: CloudFormation makes them of logical ids.

    Args:
        scope: in a stack that is not nested.
    """
    stack = Stack.of(scope)
    ids = [each.node.id for each in scope.node.scopes[len(stack.node.scopes) :]]
    return f"{stack.stack_name}-{''.join(re.sub(r'[^A-Za-z0-9]', '', each) for each in ids)}"


def _is_crowded(stack: Stack) -> bool:
    """Whether a template has no room for the forwarder's resources beside the two that it cannot do without."""
    return count_resources(stack) > _MAX_RESOURCES - _OWN_RESOURCES


def _with_parts(names: Sequence[Any]) -> Iterator[str]:
    """Each name, and what IAM calls its parts: versions of a function, streams of a log group."""
    for name in names:
        yield name
        if not str(name).endswith("*"):
            yield f"{name}:*"


def _arn(stack: Stack, service: str, resource: str, name: str) -> str:
    return stack.format_arn(
        service=service, resource=resource, resource_name=name, arn_format=ArnFormat.COLON_RESOURCE_NAME
    )
