"""Which resource of the stack a name, ARN or URL means, and what people call it."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cdk_sentry.cli.diagnose.parallel import NoAnswer
from cdk_sentry.cli.diagnose.survey import Requests, Survey, start
from tests.cli.diagnose.shop import (
    API,
    DEAD,
    MACHINE,
    RULE,
    SINCE,
    STACK,
    STREAM,
    TABLE,
    TAKE,
    TOPIC,
    StubbedAws,
    resource,
    survey,
)

ARN = "arn:aws:%s:eu-central-1:123456789012:%s"


class CloudFormation:
    """A stack whose template is as deployed."""

    def __init__(self, template: Any) -> None:
        self.template = template

    def get_paginator(self, _: str) -> Any:
        return self

    def paginate(self, StackName: str) -> list[dict[str, Any]]:  # noqa: N803 - boto3's name
        assert StackName == STACK
        summary = {
            "ResourceType": TAKE.kind,
            "LogicalResourceId": "Take5A1F0C2D",
            "PhysicalResourceId": "shop-Take",
            "ResourceStatus": "CREATE_COMPLETE",
        }
        return [{"StackResourceSummaries": [summary]}]

    def get_template(self, StackName: str, TemplateStage: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        assert (StackName, TemplateStage) == (STACK, "Processed")
        if isinstance(self.template, Exception):
            raise self.template
        return {"TemplateBody": self.template}


def started(template: Any) -> Survey:
    return start(StubbedAws(cloudformation=CloudFormation(template)), STACK, since=SINCE, requests=Requests())


@pytest.mark.parametrize(
    ("identifier", "meant"),
    [
        ("Take", TAKE),
        (ARN % ("lambda", "function:Take"), TAKE),
        (ARN % ("lambda", "function:Take:live"), TAKE),
        (ARN % ("kinesis", "stream/Stream"), STREAM),
        (ARN % ("kinesis", "stream/Stream/consumer/fan:1"), STREAM),
        (ARN % ("dynamodb", "table/Table"), TABLE),
        (ARN % ("dynamodb", "table/Table/stream/2026-01-01T00:00:00.000"), TABLE),
        (ARN % ("sqs", "Dead"), DEAD),
        (DEAD.physical_id, DEAD),
        (ARN % ("sns", "Topic"), TOPIC),
        (ARN % ("states", "stateMachine:Machine"), MACHINE),
        (ARN % ("events", "rule/Rule"), RULE),
        ("a1b2c3", API),
        (ARN % ("lambda", "function:TakeOfOthers"), None),
        ("somebody@example.com", None),
        ("", None),
    ],
)
def test_a_resource_is_known_by_each_of_its_names(identifier, meant) -> None:
    assert survey().called(identifier) == meant


@pytest.mark.parametrize(
    ("part", "whole"),
    [
        (resource("Lambda::EventInvokeConfig", "Config", "Take"), TAKE),
        (resource("Kinesis::StreamConsumer", "Consumer", ARN % ("kinesis", "stream/Stream/consumer/fan:1")), STREAM),
    ],
)
def test_what_is_a_part_goes_by_the_name_of_the_whole(part, whole) -> None:
    assert survey(resources=(part, whole)).called(part.physical_id) == whole


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("shop/Orders/Take/Resource", "Orders/Take"),
        ("shop/Orders/Stream:shopOrdersStream1F/Resource", "Orders/Stream"),
        ("", "Take"),
    ],
)
def test_people_call_it_by_its_place_in_the_app(path, label) -> None:
    metadata = {"Metadata": {"aws:cdk:path": path}} if path else {}
    about = started({"Resources": {"Take5A1F0C2D": metadata}})

    assert about.label(about.resources[0]) == label


@pytest.mark.parametrize("kind", ["json", "text", "yaml"])
def test_templates_are_read_in_every_form(kind) -> None:
    template: Any = {"Resources": {"Take5A1F0C2D": {"Properties": {"Role": {"Fn::GetAtt": "Role.Arn"}}}}}
    forms = {
        "json": template,
        "text": json.dumps(template),
        "yaml": "Resources:\n  Take5A1F0C2D:\n    Properties:\n      Role: !GetAtt Role.Arn\n",
    }
    about = started(forms[kind])

    assert about.declared(about.resources[0]) == template["Resources"]["Take5A1F0C2D"]


@pytest.mark.parametrize(
    ("template", "action"),
    [
        ("{not: [a template", ""),
        (
            ClientError(
                {"Error": {"Code": "AccessDenied", "Message": "no"}, "IamAction": "cf:GetTemplate"}, "GetTemplate"
            ),
            "cf:GetTemplate",
        ),
    ],
)
def test_a_template_that_cannot_be_read_leaves_the_logical_ids(template, action) -> None:
    about = started(template)
    answer = about.templates[STACK]

    assert isinstance(answer, NoAnswer)
    assert answer.denied_action == action
    assert about.label(about.resources[0]) == "Take"
