"""What the sample pipeline's arguments change in its template, and which are refused."""

import json
from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_lambda as lambda_

from cdk_sentry.pipeline import ActivityPipeline, ApiAccess, ApiKeys, StreamCapacity
from tests.synth.apps import properties_of, resources_of, stack, template_of
from tests.synth.pipelines import logical_id, only, permissions_of, pipeline


def test_everything_goes_with_the_stack_if_asked() -> None:
    made = pipeline(removal_policy=RemovalPolicy.DESTROY)
    template = template_of(cdk.Stack.of(made))
    # API Gateway's role for logs belongs to the account, not to this API.
    staying = {
        resource["Type"] for resource in template["Resources"].values() if resource.get("DeletionPolicy") == "Retain"
    }
    assert staying == {"AWS::IAM::Role", "AWS::ApiGateway::Account"}


def test_every_argument_arrives() -> None:
    made = pipeline(
        capacity=StreamCapacity.provisioned(shards=3),
        stream_retention=Duration.days(2),
        event_retention=Duration.days(30),
        batch_size=7,
        batch_window=Duration.seconds(0),
        retry_attempts=0,
        max_record_age=Duration.hours(1),
        rate_limit=1.5,
        burst_limit=2,
        log_retention=cdk.aws_logs.RetentionDays.ONE_DAY,
    )
    template = template_of(cdk.Stack.of(made))
    stream = properties_of(template, made.stream)
    assert (stream["ShardCount"], stream["RetentionPeriodHours"]) == (3, 48)
    assert stream["StreamModeDetails"] == {"StreamMode": "PROVISIONED"}
    mapping = only(template, "AWS::Lambda::EventSourceMapping")
    assert mapping["BatchSize"] == 7
    assert mapping["MaximumBatchingWindowInSeconds"] == 0
    assert mapping["MaximumRetryAttempts"] == 0
    assert mapping["MaximumRecordAgeInSeconds"] == 3600
    variables = properties_of(template, made.validator)["Environment"]["Variables"]
    assert variables["EVENT_RETENTION_S"] == str(30 * 24 * 60 * 60)
    (settings,) = only(template, "AWS::ApiGateway::Stage")["MethodSettings"]
    assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == (1.5, 2)
    groups = resources_of(template, "AWS::Logs::LogGroup").values()
    assert {group["Properties"]["RetentionInDays"] for group in groups} == {1}


def methods_of(template: Mapping[str, Any]) -> list[dict[str, Any]]:
    methods = [each["Properties"] for each in resources_of(template, "AWS::ApiGateway::Method").values()]
    assert len(methods) == 3
    return methods


def test_people_log_in_with_cognito_if_asked() -> None:
    scope = stack()
    pool = cdk.aws_cognito.UserPool(scope, "People")
    ActivityPipeline(scope, "Activity", access=ApiAccess.cognito(pool, scopes=["activity/write"]))
    template = template_of(scope)
    (authorizer,) = resources_of(template, "AWS::ApiGateway::Authorizer")
    assert template["Resources"][authorizer]["Properties"]["ProviderARNs"] == [
        {"Fn::GetAtt": [logical_id(pool), "Arn"]}
    ]
    for method in methods_of(template):
        assert method["AuthorizationType"] == "COGNITO_USER_POOLS"
        assert method["AuthorizerId"] == {"Ref": authorizer}
        assert method["AuthorizationScopes"] == ["activity/write"]


def test_an_authorizer_of_the_application_decides_if_asked() -> None:
    scope = stack()
    code = lambda_.Code.from_inline("def handler(event, context): return event")
    function = lambda_.Function(scope, "Who", runtime=lambda_.Runtime.PYTHON_3_13, handler="index.handler", code=code)
    authorizer = cdk.aws_apigateway.TokenAuthorizer(scope, "Authorizer", handler=function)
    ActivityPipeline(scope, "Activity", access=ApiAccess.authorizer(authorizer))
    for method in methods_of(template_of(scope)):
        assert method["AuthorizationType"] == "CUSTOM"
        assert method["AuthorizerId"] == {"Ref": logical_id(authorizer)}


def test_each_client_gets_a_key_under_one_usage_plan_if_asked() -> None:
    scope = stack()
    keys = ApiKeys(["web", "ios"], rate_limit=5, burst_limit=10, requests_per_day=1000)
    ActivityPipeline(scope, "Activity", api_keys=keys)
    template = template_of(scope)
    plan = only(template, "AWS::ApiGateway::UsagePlan")
    assert plan["Throttle"] == {"RateLimit": 5, "BurstLimit": 10}
    assert plan["Quota"] == {"Limit": 1000, "Period": "DAY"}
    assert len(resources_of(template, "AWS::ApiGateway::ApiKey")) == 2
    assert len(resources_of(template, "AWS::ApiGateway::UsagePlanKey")) == 2
    for method in methods_of(template):
        assert method["ApiKeyRequired"] is True
        assert method["AuthorizationType"] == "AWS_IAM"


def test_a_web_acl_guards_the_stage_if_asked() -> None:
    arn = "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/activity/1"
    template = template_of(cdk.Stack.of(pipeline(web_acl_arn=arn)))
    association = only(template, "AWS::WAFv2::WebACLAssociation")
    assert association["WebACLArn"] == arn
    assert "/stages/" in json.dumps(association["ResourceArn"])


def test_a_key_of_the_customer_encrypts_what_holds_data_if_asked() -> None:
    scope = stack()
    key = cdk.aws_kms.Key(scope, "Key")
    made = ActivityPipeline(scope, "Activity", encryption_key=key)
    template = template_of(scope)
    arn = {"Fn::GetAtt": [logical_id(key), "Arn"]}
    assert properties_of(template, made.stream)["StreamEncryption"] == {"EncryptionType": "KMS", "KeyId": arn}
    assert properties_of(template, made.table)["SSESpecification"] == {
        "KMSMasterKeyId": arn,
        "SSEEnabled": True,
        "SSEType": "KMS",
    }
    for queue in (made.quarantine, made.failures):
        assert properties_of(template, queue)["KmsMasterKeyId"] == arn
    for function in (made.ingest, made.validator, made.history):
        assert "kms:Decrypt" in permissions_of(template, function)[logical_id(key)]


def test_the_validator_reads_with_throughput_of_its_own_if_asked() -> None:
    made = pipeline(enhanced_fan_out=True, parallelization_factor=4)
    template = template_of(cdk.Stack.of(made))
    (consumer,) = resources_of(template, "AWS::Kinesis::StreamConsumer")
    mapping = only(template, "AWS::Lambda::EventSourceMapping")
    assert mapping["EventSourceArn"] == {"Fn::GetAtt": [consumer, "ConsumerARN"]}
    assert mapping["ParallelizationFactor"] == 4
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_x_ray_traces_api_and_functions_if_asked() -> None:
    made = pipeline(xray_tracing=True)
    template = template_of(cdk.Stack.of(made))
    assert only(template, "AWS::ApiGateway::Stage")["TracingEnabled"] is True
    for function in (made.ingest, made.validator, made.history):
        assert properties_of(template, function)["TracingConfig"] == {"Mode": "Active"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"capacity": "two shards"}, r"capacity='two shards': allowed is a StreamCapacity"),
        ({"capacity": StreamCapacity.provisioned(shards=0)}, r"shards=.*=0: allowed is a whole number from 1"),
        ({"stream_retention": Duration.hours(1)}, r"stream_retention='1 hour': allowed is from 1 day to 365 days"),
        ({"stream_retention": Duration.minutes(1501)}, r"stream_retention=.*whole steps of 1 hour"),
        ({"event_retention": Duration.days(3)}, r"event_retention='3 days': allowed is from 7 days"),
        ({"event_retention": 400}, r"event_retention=400: allowed is an aws_cdk.Duration"),
        ({"batch_size": 0}, r"batch_size=0: allowed is a whole number from 1 to 1000"),
        ({"batch_size": True}, r"batch_size=True: allowed"),
        ({"batch_size": 1.5}, r"batch_size=1.5: allowed"),
        ({"batch_window": Duration.minutes(6)}, r"batch_window='6 minutes': allowed is from 0 seconds to 5 minutes"),
        ({"batch_window": 0}, r"batch_window=0: allowed is an aws_cdk.Duration"),
        ({"retry_attempts": -1}, r"retry_attempts=-1: allowed is a whole number from 0 to 10000"),
        ({"max_record_age": Duration.days(8)}, r"max_record_age='8 days': allowed is from 1 minute to 7 days"),
        (
            {"stream_retention": Duration.days(2), "max_record_age": Duration.days(3)},
            r"max_record_age='3 days': allowed is from 1 minute to 2 days",
        ),
        ({"rate_limit": "fast"}, r"rate_limit='fast': allowed is a number from 1 to 10000"),
        ({"burst_limit": 5001}, r"burst_limit=5001: allowed is a whole number from 1 to 5000"),
        ({"log_retention": 30}, r"log_retention=30: allowed is a RetentionDays"),
        ({"access": "everybody"}, r"access='everybody': allowed is a ApiAccess"),
        ({"access": ApiAccess.cognito()}, r"access=.*: allowed is at least one user pool"),
        ({"api_keys": ["web"]}, r"api_keys=.*: allowed is a ApiKeys"),
        ({"api_keys": ApiKeys([], rate_limit=1, burst_limit=1)}, r"clients=.*: allowed is a list of names"),
        ({"api_keys": ApiKeys(["a", "a"], rate_limit=1, burst_limit=1)}, r"clients=.*without repetitions"),
        ({"api_keys": ApiKeys(["a"], rate_limit=0, burst_limit=1)}, r"rate_limit=.*=0: allowed is a number from 1"),
        ({"web_acl_arn": "activity"}, r"web_acl_arn='activity': allowed is the ARN of a regional web ACL"),
        ({"parallelization_factor": 11}, r"parallelization_factor=11: allowed is a whole number from 1 to 10"),
        ({"enhanced_fan_out": "yes"}, r"enhanced_fan_out='yes': allowed is a bool"),
        ({"removal_policy": "keep"}, r"removal_policy='keep': allowed is a RemovalPolicy"),
    ],
)
def test_a_wrong_argument_is_named_with_its_value_and_what_is_allowed(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        pipeline(**arguments)


def test_all_wrong_arguments_are_named_at_once() -> None:
    with pytest.raises(ValueError, match="3 problems"):
        pipeline(batch_size=0, burst_limit=0, retry_attempts=-1)


def test_values_that_are_known_at_deployment_only_are_taken() -> None:
    scope = stack()
    seconds = cdk.CfnParameter(scope, "Seconds", type="Number").value_as_number
    made = ActivityPipeline(scope, "Activity", event_retention=Duration.seconds(seconds), rate_limit=seconds)
    template = template_of(scope)
    variables = properties_of(template, made.validator)["Environment"]["Variables"]
    assert variables["EVENT_RETENTION_S"] == {"Ref": "Seconds"}
    (settings,) = only(template, "AWS::ApiGateway::Stage")["MethodSettings"]
    assert settings["ThrottlingRateLimit"] == {"Ref": "Seconds"}
