"""Templates with their references resolved, and what stays open in them."""

import pytest

from cdk_sentry.cli.audit.partly import UNKNOWN, Partly, joined
from cdk_sentry.cli.audit.template import Resolver
from cdk_sentry.cli.stacks import Resource
from cdk_sentry.cli.yaml_template import parse
from tests.cli.audit.builders import stack

TEMPLATE = {
    "Conditions": {
        "IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
        "IsDev": {"Fn::Not": [{"Condition": "IsProd"}]},
        "Both": {"Fn::And": [{"Condition": "IsProd"}, {"Condition": "IsDev"}]},
        "Either": {"Fn::Or": [{"Condition": "IsProd"}, {"Condition": "IsOpen"}]},
        "IsOpen": {"Fn::Equals": [{"Ref": "Secret"}, "x"]},
    },
    "Mappings": {"Memory": {"prod": {"Mb": 512}}},
    "Parameters": {
        "Stage": {"Type": "String"},
        "Secret": {"Type": "String", "NoEcho": True},
        "Zones": {"Type": "CommaDelimitedList"},
        "Dsn": {"Type": "AWS::SSM::Parameter::Value<String>"},
        "Other": {"Type": "AWS::SSM::Parameter::Value<String>"},
    },
}
PARAMETERS = [
    {"ParameterKey": "Stage", "ParameterValue": "prod"},
    {"ParameterKey": "Secret", "ParameterValue": "****"},
    {"ParameterKey": "Zones", "ParameterValue": "a,b"},
    {"ParameterKey": "Dsn", "ParameterValue": "/Sentry/Dsn", "ResolvedValue": "https://key@h/1"},
    {"ParameterKey": "Other", "ParameterValue": "/Other"},
]
QUEUE = Resource(
    "shop", "AWS::SQS::Queue", "Queue", "https://sqs.eu-central-1.amazonaws.com/111122223333/jobs", "CREATE_COMPLETE"
)
TABLE = Resource("shop", "AWS::DynamoDB::Table", "Table", "orders", "CREATE_COMPLETE")


def resolver() -> Resolver:
    made = stack(TEMPLATE, (QUEUE, TABLE), name="shop", Parameters=PARAMETERS).resolver
    assert made
    return made


@pytest.mark.parametrize(
    ("given", "parameters", "expected"),
    [
        pytest.param({"Ref": "Dsn"}, PARAMETERS, "/Sentry/Dsn", id="from SSM"),
        pytest.param({"Ref": "Dsn"}, [], "/Sentry/Default", id="as the template has it"),
        pytest.param(
            {"Ref": "Dsn"},
            [{"ParameterKey": "Dsn", "ParameterValue": "https://key@h/1"}],
            "/Sentry/Default",
            id="an emulator's value in the place of the name",
        ),
        pytest.param({"Ref": "Stage"}, PARAMETERS, None, id="from a parameter of text"),
        pytest.param({"Fn::GetAtt": ["Table", "Arn"]}, PARAMETERS, None, id="no parameter"),
        pytest.param("https://key@h/1", PARAMETERS, None, id="text"),
    ],
)
def test_the_ssm_parameter_behind_a_variable_is_known(given, parameters, expected):
    shop = {"Type": "AWS::Lambda::Function", "Properties": {"Environment": {"Variables": {"SENTRY_DSN": given}}}}
    dsn = {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/Sentry/Default"}
    template = {"Parameters": {"Stage": {"Type": "String"}, "Dsn": dsn}, "Resources": {"Shop": shop}}
    assert stack(template, Parameters=parameters).ssm_name("Shop", "SENTRY_DSN") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("text", "text"),
        (7, 7),
        ({"Ref": "Stage"}, "prod"),
        ({"Ref": "Zones"}, ["a", "b"]),
        ({"Ref": "Dsn"}, "https://key@h/1"),
        ({"Ref": "Table"}, "orders"),
        ({"Ref": "AWS::Region"}, "eu-central-1"),
        ({"Ref": "AWS::AccountId"}, "111122223333"),
        ({"Fn::GetAtt": ["Queue", "Arn"]}, "arn:aws:sqs:eu-central-1:111122223333:jobs"),
        ({"Fn::GetAtt": "Table.Arn"}, "arn:aws:dynamodb:eu-central-1:111122223333:table/orders"),
        ({"Fn::Join": ["-", ["a", {"Ref": "Stage"}, 1]]}, "a-prod-1"),
        ({"Fn::Join": [",", {"Ref": "Zones"}]}, "a,b"),
        (
            {"Fn::Sub": "${Stage}-${!Stage}-${Table.Arn}"},
            "prod-${Stage}-arn:aws:dynamodb:eu-central-1:111122223333:table/orders",
        ),
        ({"Fn::Sub": ["${x}!", {"x": {"Ref": "Table"}}]}, "orders!"),
        ({"Fn::Select": [1, {"Ref": "Zones"}]}, "b"),
        ({"Fn::Select": ["0", {"Fn::Split": ["/", "x/y"]}]}, "x"),
        ({"Fn::FindInMap": ["Memory", {"Ref": "Stage"}, "Mb"]}, 512),
        ({"Fn::If": ["IsProd", 1, 2]}, 1),
        ({"Fn::If": ["IsDev", 1, 2]}, 2),
        ({"Fn::If": ["Both", 1, 2]}, 2),
        ({"Fn::If": ["Either", 1, 2]}, 1),
        ({"Fn::If": ["IsOpen", "same", "same"]}, "same"),
        ([1, {"Fn::If": ["IsDev", 2, {"Ref": "AWS::NoValue"}]}], [1]),
        ({"a": {"Ref": "AWS::NoValue"}, "b": {"Ref": "Table"}}, {"b": "orders"}),
    ],
)
def test_what_can_be_known_from_outside_is(value, expected):
    assert resolver().resolve(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        {"Ref": "Secret"},
        {"Ref": "Other"},
        {"Ref": "Nonesuch"},
        {"Fn::GetAtt": ["Table", "StreamArn"]},
        {"Fn::GetAtt": ["Nonesuch", "Arn"]},
        {"Fn::ImportValue": "x"},
        {"Fn::Base64": "x"},
        {"Fn::If": ["IsOpen", 1, 2]},
        {"Fn::If": ["Nonesuch", 1, 2]},
        {"Fn::Select": [5, {"Ref": "Zones"}]},
        {"Fn::FindInMap": ["Memory", "nonesuch", "Mb"]},
        {"Fn::Split": ["/", {"Ref": "Secret"}]},
    ],
)
def test_what_cloudformation_alone_knows_stays_open(value):
    assert resolver().resolve(value) == UNKNOWN


def test_what_is_known_of_a_text_can_contradict():
    partly = resolver().resolve({"Fn::Sub": "https://${Secret}.example.com/{{resolve:ssm:${Stage}}}/end"})
    assert isinstance(partly, Partly)
    assert partly.may_be("https://a.example.com/b/end")
    assert not partly.may_be("https://a.example.org/b/end")
    assert str(partly) == "https://....example.com/.../end"


def test_truth_is_written_as_cloudformation_writes_it():
    assert joined("-", [True, 1, "x"]) == "true-1-x"


def test_what_a_nested_stack_gives_back_is_known():
    inner = stack(name="inner", Outputs=[{"OutputKey": "Url", "OutputValue": "https://x"}])
    nested = Resource("shop", "AWS::CloudFormation::Stack", "Inner", inner.arn, "CREATE_COMPLETE")
    outer = stack({}, (nested,), name="shop")
    outer.nested = {inner.arn: inner}
    assert outer.resolver
    assert outer.resolver.resolve({"Fn::GetAtt": ["Inner", "Outputs.Url"]}) == "https://x"
    assert outer.resolver.resolve({"Fn::GetAtt": ["Inner", "Outputs.Nonesuch"]}) == UNKNOWN


def test_templates_in_yaml_are_what_json_would_be():
    text = """
AWSTemplateFormatVersion: 2010-09-09
Resources:
  Shop:
    Type: AWS::Lambda::Function
    Properties:
      Layers: [!Ref Layer]
      Role: !GetAtt Role.Arn
      Environment:
        Variables:
          STAGE: !If [IsProd, !Sub "${Stage}-x", !Join ["-", [a, b]]]
          WHEN: !Condition IsProd
"""
    assert parse(text) == {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {
            "Shop": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Layers": [{"Ref": "Layer"}],
                    "Role": {"Fn::GetAtt": "Role.Arn"},
                    "Environment": {
                        "Variables": {
                            "STAGE": {"Fn::If": ["IsProd", {"Fn::Sub": "${Stage}-x"}, {"Fn::Join": ["-", ["a", "b"]]}]},
                            "WHEN": {"Condition": "IsProd"},
                        }
                    },
                },
            }
        },
    }
