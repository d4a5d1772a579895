"""Which alarms are on, and which step each is about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..stacks import Resource
from .survey import Survey

# Dimensions whose value is a resource's name.
_NAMING = (
    "FunctionName",
    "StreamName",
    "QueueName",
    "TableName",
    "TopicName",
    "RuleName",
    "StateMachineArn",
    "ApiId",
)


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm that is on.

    Attributes:
        name: of the alarm.
        reason: as CloudWatch gives it.
        since: when it went on.
        about: the resource that it watches; None if that cannot be told.
    """

    name: str
    reason: str
    since: datetime | None
    about: Resource | None


def read_alarms(survey: Survey) -> list[Alarm]:
    """The alarms that are on and are of the stack, or watch one of its resources."""
    client = survey.aws.client("cloudwatch")
    pages = client.get_paginator("describe_alarms").paginate(
        StateValue="ALARM", AlarmTypes=["MetricAlarm", "CompositeAlarm"]
    )
    own = {each.physical_id for each in survey.of_kind("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")}
    found: list[Alarm] = []
    for page in pages:
        for alarm in [*page.get("MetricAlarms", []), *page.get("CompositeAlarms", [])]:
            about = _about(survey, alarm)
            if about or alarm["AlarmName"] in own:
                reason = " ".join(str(alarm.get("StateReason", "")).split())
                found.append(Alarm(alarm["AlarmName"], reason, alarm.get("StateUpdatedTimestamp"), about))
    return found


def _about(survey: Survey, alarm: Mapping[str, Any]) -> Resource | None:
    dimensions = {each["Name"]: each["Value"] for each in _dimensions(alarm)}
    for name in _NAMING:
        if name in dimensions and (resource := survey.called(dimensions[name])):
            return resource
    if "ApiName" in dimensions:
        apis = survey.of_kind("AWS::ApiGateway::RestApi")
        named = [api for api in apis if survey.declared(api).get("Properties", {}).get("Name") == dimensions["ApiName"]]
        return named[0] if named else None
    return None


def _dimensions(alarm: Mapping[str, Any]) -> Sequence[Mapping[str, str]]:
    stats = [each.get("MetricStat", {}).get("Metric", {}) for each in alarm.get("Metrics", [])]
    return [*alarm.get("Dimensions", []), *(each for metric in stats for each in metric.get("Dimensions", []))]
