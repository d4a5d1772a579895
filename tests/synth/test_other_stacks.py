"""Functions that use what another stack has: until synth, CDK shows that as if it were in their own."""

import json
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs

from cdk_sentry import Dsn, SentryMonitoring
from tests.synth.apps import function, monitored_from_inside, properties_of, template_of


def two_stacks():
    """A stack with what is shared, and one with a function."""
    app = cdk.App()
    return cdk.Stack(app, "Shared"), cdk.Stack(app, "Shop")


def own_layer(scope, construct_id="Own"):
    """A layer of the user's."""
    bucket = cdk.aws_s3.Bucket.from_bucket_name(scope, "Bucket", "layers")
    return lambda_.LayerVersion(scope, construct_id, code=lambda_.Code.from_bucket(bucket, "own.zip"))


def references_of(value):
    """Every logical id that a template refers to."""
    if isinstance(value, list):
        return {each for part in value for each in references_of(part)}
    if not isinstance(value, dict):
        return set()
    found = {value["Ref"]} if isinstance(value.get("Ref"), str) else set()
    if "Fn::GetAtt" in value:
        found.add(value["Fn::GetAtt"][0])
    return found.union(*(references_of(each) for each in value.values()))


def assert_refers_to_nothing_missing(template):
    """CloudFormation refuses a template that refers to what is not in it."""
    there = template["Resources"].keys() | template.get("Parameters", {}).keys()
    assert {each for each in references_of(template) if not each.startswith("AWS::")} <= there


def test_a_layer_of_another_stack_stays_the_functions_first():
    shared, shop = two_stacks()
    with_own = function(shop, "Function", layers=[own_layer(shared, "Common"), own_layer(shop)])
    monitored_from_inside(shop)
    template = template_of(shop)
    assert_refers_to_nothing_missing(template)
    first, second, kits = properties_of(template, with_own)["Layers"]
    assert first["Fn::ImportValue"].startswith("Shared:")
    assert second["Ref"].startswith("Own")
    assert kits["Ref"].startswith("SentryPythonLayer")


def test_so_does_a_layer_of_the_stack_around_a_nested_one():
    shop = cdk.Stack(cdk.App(), "Shop")
    nested = cdk.NestedStack(shop, "Nested")
    with_own = function(nested, "Function", layers=[own_layer(shop)])
    monitored_from_inside(shop)
    template = template_of(nested)
    assert_refers_to_nothing_missing(template)
    first, kits = properties_of(template, with_own)["Layers"]
    assert first["Ref"] in template["Parameters"]
    assert kits["Ref"] in template["Resources"]


@pytest.mark.parametrize("nested", [False, True])
def test_a_log_group_of_another_stack_is_read_and_shown(nested):
    shared, shop = two_stacks()
    home = cdk.NestedStack(shop, "Nested") if nested else shop
    function(home, "Function", log_group=logs.LogGroup(shared, "Logs"))
    SentryMonitoring(shop, "Sentry")
    templates = [template_of(shop), template_of(home)]
    for template in templates:
        assert_refers_to_nothing_missing(template)
    (subscriptions,) = [
        each["Properties"]["Subscriptions"]
        for each in templates[-1]["Resources"].values()
        if each["Type"] == "Custom::SentryLogSubscriptions"
    ]
    (group,) = subscriptions[0]["LogGroups"]
    assert group["Fn::ImportValue"].startswith("Shared:")


def test_a_nested_stack_of_more_functions_than_a_template_has_outputs_is_watched():
    """CloudFormation takes 200 outputs and 200 parameters a template."""
    app = cdk.App()
    shop = cdk.Stack(app, "Shop")
    nested = cdk.NestedStack(shop, "Nested")
    role = iam.Role(nested, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    functions = [function(nested, f"Function{number}", role=role) for number in range(210)]
    monitoring = monitored_from_inside(shop)
    templates = {
        path.name: json.loads(path.read_text()) for path in Path(app.synth().directory).glob("*.template.json")
    }
    for template in templates.values():
        assert len(template.get("Outputs", {})) <= 200
        assert len(template.get("Parameters", {})) <= 200
        assert len(template["Resources"]) <= 500
        assert_refers_to_nothing_missing(template)
    outputs = templates[nested.template_file]["Outputs"]
    names = [part["Ref"] for each in outputs.values() for part in each["Value"]["Fn::Join"][1] if part != ","]
    assert names == [each.logical_id for each in monitoring.functions]
    alarms = [
        each["Properties"]
        for template in templates.values()
        for each in template["Resources"].values()
        if each["Type"] == "AWS::CloudWatch::Alarm"
    ]
    assert len({json.dumps(each["Dimensions"]) for each in alarms}) == len(functions)


def test_a_role_of_another_stack_is_not_taken_for_one_of_this():
    shared, shop = two_stacks()
    role = iam.Role(shared, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    covered = function(shop, "Function", role=role.without_policy_updates())
    monitoring = monitored_from_inside(shop, dsn=Dsn.from_secure_ssm())
    template = template_of(shop)
    assert_refers_to_nothing_missing(template)
    assert "ReadDsn" not in json.dumps(template)
    (report,) = monitoring.report
    assert report.function.path == covered.node.path
    assert "role-elsewhere" in [each.identifier for each in report.findings]
