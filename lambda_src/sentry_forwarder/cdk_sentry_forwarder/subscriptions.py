"""Subscribes the forwarder to log groups, as a custom resource of CloudFormation.

Why not the resource AWS::Logs::SubscriptionFilter: the log group of a function that has run exists and is in no
template, that of a new one does not exist yet, and a subscription needs one. Here a missing group is made, one that is
there is taken as it is, and when the subscription goes the group and its logs stay.

Form: docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html.
"""

import json
import os
from collections.abc import Mapping
from typing import Any

import urllib3
from botocore.exceptions import ClientError

from cdk_sentry_forwarder import aws

_ALREADY_THERE = "ResourceAlreadyExistsException"
_NOT_THERE = "ResourceNotFoundException"
_TOO_MANY = "LimitExceededException"
_ANSWER_TIMEOUT_S = 10.0


def handler(event: Mapping[str, Any], context: Any) -> None:
    """Does what CloudFormation asks for and tells it how that went, whatever happens.

    Args:
        event: a request of CloudFormation. Properties: `DestinationArn`, `FilterName` and `Subscriptions`, a list of
            objects with `FilterPattern` and `LogGroups`, their names.
        context: of Lambda.
    """
    try:
        left_out = _apply(event)
        _answer(event, context, "SUCCESS", f"no place for one more: {', '.join(left_out)}" if left_out else "")
    except Exception as problem:
        _answer(event, context, "FAILED", f"{type(problem).__name__}: {problem}")


def _apply(event: Mapping[str, Any]) -> list[str]:
    """Subscribes and unsubscribes; returns the groups that have no place for one more subscription."""
    properties = event["ResourceProperties"]
    wanted = {} if event["RequestType"] == "Delete" else _groups(properties)
    # A deletion names what is to go, an update what was there before, a creation nothing.
    before = properties if event["RequestType"] == "Delete" else event.get("OldResourceProperties") or {}
    for name in _groups(before):
        if name not in wanted or before["FilterName"] != properties["FilterName"]:
            _unsubscribe(name, before["FilterName"])
    return [name for name, pattern in wanted.items() if not _subscribe(name, pattern, properties)]


def _groups(properties: Mapping[str, Any]) -> dict[str, str]:
    subscriptions = properties.get("Subscriptions") or []
    return {group: each["FilterPattern"] for each in subscriptions for group in each["LogGroups"]}


def _subscribe(group: str, pattern: str, properties: Mapping[str, Any]) -> bool:
    logs = aws.patient_client("logs")
    request = {
        "logGroupName": group,
        "filterName": properties["FilterName"],
        "filterPattern": pattern,
        "destinationArn": properties["DestinationArn"],
    }
    try:
        try:
            logs.put_subscription_filter(**request)
        except ClientError as problem:
            if _code(problem) != _NOT_THERE:
                raise
            _create(group)
            logs.put_subscription_filter(**request)
    except ClientError as problem:
        if _code(problem) != _TOO_MANY:
            raise
        print(f"cdk-sentry: {group} has 2 subscriptions already: its faults are not reported")  # noqa: T201
        return False
    return True


def _create(group: str) -> None:
    try:
        aws.patient_client("logs").create_log_group(logGroupName=group)
    except ClientError as problem:
        # The function may have run in this very moment.
        if _code(problem) != _ALREADY_THERE:
            raise


def _unsubscribe(group: str, filter_name: str) -> None:
    try:
        aws.patient_client("logs").delete_subscription_filter(logGroupName=group, filterName=filter_name)
    except ClientError as problem:
        if _code(problem) != _NOT_THERE:
            raise


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
