"""Subscribes the forwarder to log groups and bounds how much of it runs, as a custom resource of CloudFormation.

Why not the resource AWS::Logs::SubscriptionFilter: the log group of a function that has run exists and is in no
template, that of a new one does not exist yet, and a subscription needs one. Here a missing group is made, one that is
there is taken as it is, and when the subscription goes the group and its logs stay.

Why not the function's ReservedConcurrentExecutions: an account that has nothing to reserve would refuse the deployment.

Form: docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html.
"""

import json
import os
import time
from collections.abc import Mapping
from typing import Any

import urllib3
from botocore.exceptions import ClientError

from cdk_sentry_forwarder import aws

_ALREADY_THERE = "ResourceAlreadyExistsException"
_NOT_THERE = "ResourceNotFoundException"
_DENIED = "AccessDeniedException"
# Two are there already; or a group of a class that takes none, such as Infrequent Access.
_NO_PLACE = ("LimitExceededException", "InvalidOperationException")
# Permissions take seconds to be known everywhere: CloudWatch Logs may not call the forwarder yet, nor the subscriber
# subscribe. And a group takes one change at a time.
_NOT_YET = ("InvalidParameterException", _DENIED, "OperationAbortedException")
_WAITS_S = (1, 2, 4, 8, 16)
_ANSWER_TIMEOUT_S = 10.0


def handler(event: Mapping[str, Any], context: Any) -> None:
    """Does what CloudFormation asks for and tells it how that went, whatever happens.

    Args:
        event: a request of CloudFormation. Properties: `DestinationArn`, `FilterName`, `Subscriptions`, a list of
            objects with `FilterPattern` and `LogGroups`, their names, and `ReservedConcurrency` where wanted.
        context: of Lambda.
    """
    try:
        _answer(event, context, "SUCCESS", "; ".join([*_reserve(event), *_apply(event)]))
    except Exception as problem:
        _answer(event, context, "FAILED", f"{type(problem).__name__}: {problem}")


def _reserve(event: Mapping[str, Any]) -> list[str]:
    """Reserves concurrency for the forwarder, or gives it back; returns what there is to say of it."""
    if event["RequestType"] == "Delete":
        return []  # what was reserved goes with the function
    function = event["ResourceProperties"]["DestinationArn"]
    wanted, before = (
        (event.get(properties) or {}).get("ReservedConcurrency")
        for properties in ("ResourceProperties", "OldResourceProperties")
    )
    if not wanted and not before:
        return []
    client = aws.client("lambda")
    try:
        if wanted:
            client.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=int(wanted))
        else:
            client.delete_function_concurrency(FunctionName=function)
    except aws.Error as problem:
        # Reports are worth more than their bound: a new account may have nothing to reserve.
        print(f"cdk-sentry: no concurrency is reserved for the forwarder: {problem}")  # noqa: T201
        return [f"no concurrency reserved: {problem}"]
    return []


def _apply(event: Mapping[str, Any]) -> list[str]:
    """Subscribes and unsubscribes; returns what there is to say of it."""
    properties = event["ResourceProperties"]
    wanted = {} if event["RequestType"] == "Delete" else _groups(properties)
    # A deletion names what is to go, an update what was there before, a creation nothing.
    before = properties if event["RequestType"] == "Delete" else event.get("OldResourceProperties") or {}
    kept = [
        name
        for name in _groups(before)
        if (name not in wanted or before["FilterName"] != properties["FilterName"])
        and not _unsubscribe(name, before["FilterName"], before["DestinationArn"])
    ]
    left_out = [name for name, pattern in wanted.items() if not _subscribe(name, pattern, properties)]
    said = {"no place for one more subscription": left_out, "not allowed to take the subscription away": kept}
    return [f"{what}: {', '.join(names)}" for what, names in said.items() if names]


def _groups(properties: Mapping[str, Any]) -> dict[str, str]:
    subscriptions = properties.get("Subscriptions") or []
    return {group: each["FilterPattern"] for each in subscriptions for group in each["LogGroups"]}


def _subscribe(group: str, pattern: str, properties: Mapping[str, Any]) -> bool:
    request = {
        "logGroupName": group,
        "filterName": properties["FilterName"],
        "filterPattern": pattern,
        "destinationArn": properties["DestinationArn"],
    }
    logs = aws.patient_client("logs")
    for wait_s in _WAITS_S:
        try:
            logs.put_subscription_filter(**request)
        except ClientError as problem:
            if _code(problem) in _NO_PLACE:
                print(f"cdk-sentry: faults in {group} are not reported: {problem}")  # noqa: T201
                return False
            if _code(problem) == _NOT_THERE:
                _create(group)
            elif _code(problem) in _NOT_YET:
                time.sleep(wait_s)
            else:
                raise
        else:
            return True
    logs.put_subscription_filter(**request)
    return True


def _create(group: str) -> None:
    try:
        aws.patient_client("logs").create_log_group(logGroupName=group)
    except ClientError as problem:
        # The function may have run in this very moment.
        if _code(problem) != _ALREADY_THERE:
            raise


def _unsubscribe(group: str, filter_name: str, destination: str) -> bool:
    """Takes a subscription away; returns whether it is gone.

    Of the same name may by now be that of another forwarder, to which the stack moved: then there is nothing to do.
    """
    logs = aws.patient_client("logs")
    ours = (filter_name, destination)
    try:
        found = logs.describe_subscription_filters(logGroupName=group, filterNamePrefix=filter_name)
        if any((each["filterName"], each["destinationArn"]) == ours for each in found["subscriptionFilters"]):
            logs.delete_subscription_filter(logGroupName=group, filterName=filter_name)
    except ClientError as problem:
        if _code(problem) == _DENIED:
            # The name of a function that is gone went out of the policy before this was called. The rest of a
            # subscription that delivers nothing any more is no reason to fail a deployment.
            print(f"cdk-sentry: {group} stays subscribed: {problem}")  # noqa: T201
            return False
        if _code(problem) != _NOT_THERE:
            raise
    return True


def _code(problem: ClientError) -> str:
    return str(problem.response["Error"]["Code"])


def _answer(event: Mapping[str, Any], context: Any, status: str, reason: str) -> None:
    stream = getattr(context, "log_stream_name", "")
    body = {
        "Status": status,
        "Reason": f"{reason or status}. Log stream: {stream}"[:1_000],
        "PhysicalResourceId": event.get("PhysicalResourceId") or f"{event['StackId']}/{event['LogicalResourceId']}",
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
    }
    certificates = os.environ.get("AWS_CA_BUNDLE")  # as the AWS SDK; the system's own where it is not set
    pool = urllib3.PoolManager(timeout=_ANSWER_TIMEOUT_S, retries=3, ca_certs=certificates)
    # Without a content type: the URL is signed for none.
    pool.request("PUT", event["ResponseURL"], body=json.dumps(body).encode(), headers={"Content-Type": ""})
