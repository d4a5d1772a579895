"""The sample pipeline's template as it is by default: what AWS is asked for, and what each function may do."""

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_lambda as lambda_

from cdk_sentry.assets import LAMBDA_SRC
from cdk_sentry.pipeline import ActivityPipeline
from cdk_sentry.pipeline import functions as pipeline_functions
from tests.synth.apps import properties_of, resources_of, template_of
from tests.synth.pipelines import logical_id, only, permissions_of, pipeline

SCHEMA = json.loads(
    (LAMBDA_SRC / "activity_common" / "activity_common" / "event.schema.json").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def default() -> tuple[ActivityPipeline, dict[str, Any]]:
    """A pipeline with no argument, and its template."""
    made = pipeline()
    return made, template_of(cdk.Stack.of(made))


def test_the_stream_delivers_in_batches_whose_failures_end_somewhere(default) -> None:
    made, template = default
    mapping = only(template, "AWS::Lambda::EventSourceMapping")
    assert mapping["EventSourceArn"] == {"Fn::GetAtt": [logical_id(made.stream), "Arn"]}
    assert mapping["FunctionName"] == {"Ref": logical_id(made.validator)}
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BisectBatchOnFunctionError"] is True
    assert mapping["MaximumRetryAttempts"] == 10
    assert mapping["MaximumRecordAgeInSeconds"] == 24 * 60 * 60
    assert mapping["StartingPosition"] == "TRIM_HORIZON"
    assert (mapping["BatchSize"], mapping["MaximumBatchingWindowInSeconds"]) == (100, 1)
    assert mapping["DestinationConfig"]["OnFailure"]["Destination"] == {
        "Fn::GetAtt": [logical_id(made.failures), "Arn"]
    }


def test_what_holds_data_is_encrypted_and_can_be_restored(default) -> None:
    made, template = default
    assert properties_of(template, made.stream)["StreamEncryption"] == {
        "EncryptionType": "KMS",
        "KeyId": "alias/aws/kinesis",
    }
    table = properties_of(template, made.table)
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert "SSESpecification" not in table  # encrypted with a key that DynamoDB owns, as every table is
    for queue in (made.quarantine, made.failures):
        assert properties_of(template, queue)["SqsManagedSseEnabled"] is True
        assert properties_of(template, queue)["MessageRetentionPeriod"] == 14 * 24 * 60 * 60
    assert len(resources_of(template, "AWS::SQS::QueuePolicy")) == 2  # refuse what is not TLS


def test_each_function_may_do_what_it_does_and_nothing_else(default) -> None:
    made, template = default
    log = {"logs:CreateLogStream", "logs:PutLogEvents"}

    def log_of(function: lambda_.Function) -> str:
        return str(properties_of(template, function)["LoggingConfig"]["LogGroup"]["Ref"])

    assert permissions_of(template, made.ingest) == {
        log_of(made.ingest): log,
        logical_id(made.stream): {"kinesis:PutRecords"},
    }
    assert permissions_of(template, made.history) == {
        log_of(made.history): log,
        logical_id(made.table): {"dynamodb:Query"},
        f"{logical_id(made.table)}/index/by_time": {"dynamodb:Query"},
    }
    validator = permissions_of(template, made.validator)
    reading = validator.pop(logical_id(made.stream))
    assert {action.split(":")[1][:3] for action in reading} <= {"Des", "Get", "Lis", "Sub"}
    failures = validator.pop(logical_id(made.failures))
    assert failures <= {"sqs:SendMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl"}
    assert validator == {
        log_of(made.validator): log,
        logical_id(made.table): {"dynamodb:PutItem", "dynamodb:UpdateItem"},
        logical_id(made.quarantine): {"sqs:SendMessage"},
    }


def test_functions_run_on_arm_with_the_shared_layer_and_a_log_group_of_their_own(default) -> None:
    made, template = default
    (layer,) = resources_of(template, "AWS::Lambda::LayerVersion")
    groups = set()
    for function in (made.ingest, made.validator, made.history):
        properties = properties_of(template, function)
        assert properties["Runtime"] == "python3.13"
        assert properties["Architectures"] == ["arm64"]
        assert properties["Layers"] == [{"Ref": layer}]
        assert properties["LoggingConfig"]["LogFormat"] == "JSON"
        groups.add(properties["LoggingConfig"]["LogGroup"]["Ref"])
    assert len(groups) == 3
    assert {
        group["Properties"]["RetentionInDays"] for group in resources_of(template, "AWS::Logs::LogGroup").values()
    } == {90}


def test_the_contract_of_the_functions_is_the_model_of_the_api(default) -> None:
    _, template = default
    model = only(template, "AWS::ApiGateway::Model")
    item = {name: value for name, value in SCHEMA.items() if name != "$schema"}
    assert model["Schema"]["properties"] == {
        **SCHEMA["properties"],
        "events": {"type": "array", "minItems": 1, "maxItems": 500, "items": item},
    }
    assert {"required": SCHEMA["required"]} in model["Schema"]["anyOf"]
    (name,) = resources_of(template, "AWS::ApiGateway::Model")
    (post,) = (
        each["Properties"]
        for each in resources_of(template, "AWS::ApiGateway::Method").values()
        if each["Properties"]["HttpMethod"] == "POST"
    )
    assert post["RequestModels"] == {"application/json": {"Ref": name}}
    (validator,) = resources_of(template, "AWS::ApiGateway::RequestValidator").values()
    assert validator["Properties"]["ValidateRequestBody"] is True


def test_every_method_wants_a_signature_and_goes_through_the_validator(default) -> None:
    _, template = default
    methods = resources_of(template, "AWS::ApiGateway::Method").values()
    assert {method["Properties"]["HttpMethod"] for method in methods} == {"GET", "POST"}
    for method in methods:
        assert method["Properties"]["AuthorizationType"] == "AWS_IAM"
        assert "Ref" in method["Properties"]["RequestValidatorId"]


def test_the_stage_is_throttled_and_its_log_names_nobody(default) -> None:
    _, template = default
    stage = only(template, "AWS::ApiGateway::Stage")
    (settings,) = stage["MethodSettings"]
    assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == (500, 1000)
    assert settings["DataTraceEnabled"] is False
    logged = json.loads(stage["AccessLogSetting"]["Format"])
    assert logged["request_id"] == "$context.requestId"
    assert not {"$context.path", "$context.identity.sourceIp", "$context.identity.user"} & set(logged.values())


def test_a_changed_contract_is_deployed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, default) -> None:
    """API Gateway serves a snapshot: without a new deployment the old model would stay in force."""
    changed = tmp_path / "event.schema.json"
    changed.write_text(json.dumps(SCHEMA | {"title": "Changed"}))
    monkeypatch.setattr("cdk_sentry.pipeline.openapi.SCHEMA", changed)
    template = template_of(cdk.Stack.of(pipeline()))
    assert set(resources_of(template, "AWS::ApiGateway::Deployment")) != set(
        resources_of(default[1], "AWS::ApiGateway::Deployment")
    )


def test_data_stays_by_default_when_the_stack_goes(default) -> None:
    made, template = default
    for resource in (made.stream, made.table, made.quarantine, made.failures):
        assert template["Resources"][logical_id(resource)]["DeletionPolicy"] == "Retain"


def test_events_are_found_by_time_through_an_index_that_days_are_not_in(default) -> None:
    made, template = default
    (index,) = properties_of(template, made.table)["GlobalSecondaryIndexes"]
    assert index["IndexName"] == "by_time"
    assert [key["AttributeName"] for key in index["KeySchema"]] == ["pk", "occurred_at"]


def test_bytecode_beside_the_sources_changes_no_asset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An install that compiles what it unpacked must not redeploy every function."""

    def keys() -> list[str]:
        template = template_of(cdk.Stack.of(pipeline()))
        functions = resources_of(template, "AWS::Lambda::Function").values()
        return [function["Properties"]["Code"]["S3Key"] for function in functions]

    for module in ("activity_ingest", "activity_validate", "activity_history"):
        for source in (LAMBDA_SRC / module).glob("*.py"):
            copy = tmp_path / module / source.name
            copy.parent.mkdir(exist_ok=True)
            copy.write_bytes(source.read_bytes())
    monkeypatch.setattr(pipeline_functions, "LAMBDA_SRC", tmp_path)
    monkeypatch.setattr(
        "cdk_sentry.pipeline.activity_pipeline.common_layer",
        lambda scope, name: lambda_.LayerVersion.from_layer_version_arn(
            scope, name, "arn:aws:lambda:eu-west-1:111122223333:layer:common:1"
        ),
    )
    before = keys()
    for folder in tmp_path.iterdir():
        (folder / "__pycache__").mkdir()
        (folder / "__pycache__" / "x.cpython-313.pyc").write_bytes(b"compiled")
        (folder / "y.pyc").write_bytes(b"compiled")
    assert keys() == before
    assert len(set(before)) == 3
