"""What is there under a condition alone is watched, and a deployment without it is still one."""

from collections.abc import Iterator
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_sqs as sqs

from cdk_sentry import Alarms, Dsn, SentryMonitoring

from .apps import function, monitored_from_inside, resources_of, stack, template_of
from .everything import EVERY_ALARM, everything

CONDITION = "InProduction"


def under_a_condition(scope):
    """Puts all resources and outputs of a stack under a condition, as a converted template may have them."""
    elements = scope.node.find_all()
    condition = cdk.CfnCondition(scope, CONDITION, expression=cdk.Fn.condition_equals(cdk.Aws.REGION, "eu-west-1"))
    for each in elements:
        if isinstance(each, cdk.CfnResource):
            each.cfn_options.condition = condition
        elif isinstance(each, cdk.CfnOutput):
            each.condition = condition


def unasked(value: Any, conditional: set[str]) -> Iterator[str]:
    """Resources that a value refers to without asking for their condition."""
    if isinstance(value, list):
        for each in value:
            yield from unasked(each, conditional)
    elif isinstance(value, dict):
        if value.get("Fn::If", [None])[0] == CONDITION:
            yield from unasked(value["Fn::If"][2], conditional)
        elif "Fn::Sub" in value and isinstance(value["Fn::Sub"], list):
            text, variables = value["Fn::Sub"]
            yield from (each for each in conditional if f"${{{each}}}" in text or f"${{{each}." in text)
            yield from unasked(variables, conditional)
        elif value.get("Ref") in conditional:
            yield value["Ref"]
        elif value.get("Fn::GetAtt", [None])[0] in conditional:
            yield value["Fn::GetAtt"][0]
        else:
            for each in value.values():
                yield from unasked(each, conditional)


def broken_without(template) -> dict[str, set[str]]:
    """Resources that could not be deployed where the condition is false, and what they miss."""
    elements = {**template["Resources"], **template.get("Outputs", {})}
    conditional = {name for name, each in elements.items() if each.get("Condition") == CONDITION}
    assert conditional
    missing = {name: set(unasked(each, conditional)) for name, each in elements.items() if name not in conditional}
    return {name: found for name, found in missing.items() if found}


@pytest.fixture(scope="module")
def shop():
    """The template of a stack all of whose resources are there under a condition, and what watches it."""
    app = stack("Shop")
    everything(app)
    under_a_condition(app)
    monitoring = SentryMonitoring(app, "Sentry", alarms=EVERY_ALARM, sentry_organization="acme")
    return template_of(app), monitoring


def test_nothing_of_the_kit_needs_what_is_not_there(shop):
    template, _ = shop
    assert broken_without(template) == {}


def test_where_the_condition_holds_the_alarms_are_on_the_resources(shop):
    template, _ = shop
    alarms = resources_of(template, "AWS::CloudWatch::Alarm").values()
    (errors,) = [each["Properties"] for each in alarms if each["Properties"].get("AlarmName", "").endswith("-Errors")]
    (dimension,) = errors["Dimensions"]
    condition, name, otherwise = dimension["Value"]["Fn::If"]
    assert (condition, otherwise) == (CONDITION, "absent")
    assert template["Resources"][name["Ref"]]["Type"] == "AWS::Lambda::Function"


def test_that_its_faults_are_not_reported_from_outside_is_said(shop):
    _, monitoring = shop
    for report in monitoring.report:
        assert "log-group-conditional" in [each.identifier for each in report.findings]
        assert "faults" not in report.applied


def test_a_role_that_is_not_there_is_not_allowed_to_read_the_dsn():
    app = stack()
    function(app, "Sometimes")
    under_a_condition(app)
    function(app, "Always")
    monitored_from_inside(app, dsn=Dsn.from_secure_ssm("/Sentry/Dsn"))
    template = template_of(app)
    assert broken_without(template) == {}
    policies = resources_of(template, "AWS::IAM::Policy").values()
    assert [(each.get("Condition"), len(each["Properties"]["Roles"])) for each in policies] == [
        (CONDITION, 1),
        (None, 1),
    ]


def test_its_alarms_stay_in_the_stack_that_knows_the_condition():
    app = stack()
    function(app, "Sometimes")
    under_a_condition(app)
    function(app, "Always")
    monitored_from_inside(app, alarms=Alarms(nested_stacks=True))
    template = template_of(app)
    (nested,) = [each for each in app.node.find_all() if isinstance(each, cdk.NestedStack)]
    names = [
        [each["Properties"]["AlarmName"] for each in resources_of(of, "AWS::CloudWatch::Alarm").values()]
        for of in (template, template_of(nested))
    ]
    assert names == [
        [f"Stack-Sentry-{name}-{metric}" for metric in ("Errors", "Throttles")] for name in ("Sometimes", "Always")
    ]
    assert broken_without(template) == {}


def test_in_a_nested_stack_of_the_user_it_is_left_out_and_that_is_said():
    app = stack()
    nested = cdk.NestedStack(app, "Part")
    jobs = sqs.Queue(nested, "Jobs")
    under_a_condition(nested)
    sqs.Queue(nested, "Others")
    monitored_from_inside(app)
    names = [
        each["Properties"]["AlarmName"] for each in resources_of(template_of(app), "AWS::CloudWatch::Alarm").values()
    ]
    assert names == ["Stack-Sentry-Part-Others-MessageAge"]
    (said,) = [str(each.data) for each in jobs.node.metadata if each.type == "aws:cdk:info"]
    assert "under the condition InProduction" in said
    assert broken_without(template_of(nested)) == {}
