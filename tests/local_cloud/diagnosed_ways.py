"""Ways to break the sample on purpose, and what `cdk-sentry diagnose` has to say of each."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.local_cloud.diagnosed import Sample


@dataclass(frozen=True)
class Case:
    """One way to be broken, and what is to be said of it."""

    way: str
    break_it: Callable[[Sample], None]
    what: str
    step: str
    finding: str
    next_command: str
    user: str = ""


def api_calls_what_is_not_there(sample: Sample) -> None:
    client, api = sample.client("apigateway"), sample.id_of("ApiGateway::RestApi")
    resource = sample.id_of("ApiGateway::Resource", "useridhistory")
    where = {"restApiId": api, "resourceId": resource, "httpMethod": "GET"}
    before = client.get_integration(**where)["uri"]
    after = before.replace(sample.function("History"), "not-there")

    def point_to(uri: str) -> None:
        client.update_integration(**where, patchOperations=[{"op": "replace", "path": "/uri", "value": uri}])

    point_to(after)
    sample.undo.callback(point_to, before)


def api_has_no_stage(sample: Sample) -> None:
    client, api = sample.client("apigateway"), sample.id_of("ApiGateway::RestApi")
    stage = client.get_stages(restApiId=api)["item"][0]
    client.delete_stage(restApiId=api, stageName=stage["stageName"])
    again = {"stageName": stage["stageName"], "deploymentId": stage["deploymentId"]}
    sample.undo.callback(client.create_stage, restApiId=api, **again)


def api_may_not_call_the_function(sample: Sample) -> None:
    client, name = sample.client("lambda"), sample.function("History")
    for statement in json.loads(client.get_policy(FunctionName=name)["Policy"])["Statement"]:
        client.remove_permission(FunctionName=name, StatementId=statement["Sid"])
        sample.undo.callback(
            client.add_permission,
            FunctionName=name,
            StatementId=statement["Sid"],
            Action=statement["Action"],
            Principal=statement["Principal"]["Service"],
            SourceArn=next(iter(next(iter(statement["Condition"].values())).values())),
        )


def function_answers_500(sample: Sample) -> None:
    answers = "def handler(event, context):\n    return {'statusCode': 500, 'body': 'sorry'}\n"
    sample.deploy_code("History", "activity_history", answers)


def function_raises(sample: Sample) -> None:
    sample.set_variable("History", "TABLE_NAME", None)
    sample.get()


def function_raises_now_and_then(sample: Sample) -> None:
    source = """
def handler(event, context):
    print("asked for", event["pathParameters"]["user_id"])
    if event["pathParameters"]["user_id"] != "ada":
        raise LookupError("nobody but ada is known")
    return {"statusCode": 200, "body": "{}"}
"""
    sample.deploy_code("History", "activity_history", source)
    sample.get("ada")


def function_times_out(sample: Sample) -> None:
    source = "import threading\ndef handler(event, context):\n    threading.Event().wait(5)\n"
    sample.deploy_code("History", "activity_history", source)
    client, name = sample.client("lambda"), sample.function("History")
    client.update_function_configuration(FunctionName=name, Timeout=1)
    sample.undo.callback(client.update_function_configuration, FunctionName=name, Timeout=15)


def throttled(function: str) -> Callable[[Sample], None]:
    def break_it(sample: Sample) -> None:
        client, name = sample.client("lambda"), sample.function(function)
        client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
        sample.undo.callback(client.delete_function_concurrency, FunctionName=name)
        sample.post(sample.event())
        if function == "Validate":
            sample.until_batch_failed()

    return break_it


def bad_deploy_behind_the_stream(sample: Sample) -> None:
    sample.set_variable("Validate", "SENTRY_INITIAL_HANDLER", "activity_validat.handler")
    sample.post(sample.event())
    sample.until_batch_failed()


def bad_deploy_behind_the_api(sample: Sample) -> None:
    sample.set_variable("History", "SENTRY_INITIAL_HANDLER", "activity_histori.handler")


def permissions_removed(function: str) -> Callable[[Sample], None]:
    def break_it(sample: Sample) -> None:
        iam, role = sample.client("iam"), sample.role(function)
        for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
            iam.delete_role_policy(RoleName=role, PolicyName=policy)
            sample.undo.callback(
                iam.put_role_policy, RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(document)
            )
        sample.post(sample.event())

    return break_it


def table_gone(sample: Sample) -> None:
    client, name = sample.client("dynamodb"), sample.table
    table = client.describe_table(TableName=name)["Table"]
    index = table["GlobalSecondaryIndexes"][0]
    client.delete_table(TableName=name)
    sample.undo.callback(
        client.create_table,
        TableName=name,
        KeySchema=table["KeySchema"],
        AttributeDefinitions=table["AttributeDefinitions"],
        BillingMode="PAY_PER_REQUEST",
        GlobalSecondaryIndexes=[{key: index[key] for key in ("IndexName", "KeySchema", "Projection")}],
    )
    sample.post(sample.event())


def queue_gone(sample: Sample) -> None:
    client, url = sample.client("sqs"), sample.queue("Quarantine")
    client.delete_queue(QueueUrl=url)
    sample.undo.callback(client.create_queue, QueueName=url.rsplit("/", 1)[-1])


def poison_batch(sample: Sample) -> None:
    """A fault that only one record brings to light, in a version that has done its work with others."""
    source = """
import base64, json
def handler(batch, context):
    for record in batch["Records"]:
        event = json.loads(base64.b64decode(record["kinesis"]["data"]))["event"]
        print("processed", 100 / event["properties"]["items"])
"""
    sample.deploy_code("Validate", "activity_validate", source)
    client = sample.client("lambda")
    sample.put_on_stream(sample.event(properties={"items": 1}))
    sample.until(
        lambda: "OK" in client.get_event_source_mapping(UUID=sample.mapping)["LastProcessingResult"], "a good batch"
    )
    sample.until(lambda: runs_of(sample, "Validate") > 0, "the good batch to be in the log")
    sample.put_on_stream(sample.event(properties={"items": 0}))
    sample.until_batch_failed()


def consumer_disabled(sample: Sample) -> None:
    client = sample.client("lambda")
    client.update_event_source_mapping(UUID=sample.mapping, Enabled=False)
    sample.undo.callback(client.update_event_source_mapping, UUID=sample.mapping, Enabled=True)


def quarantine_fills(sample: Sample) -> None:
    sample.put_on_stream(*(sample.event(properties={"total": number}) for number in (1, 1e300, 2, 1e300)))
    until_quarantined(sample, 2)


def schema_changed(sample: Sample) -> None:
    sample.put_on_stream(*(sample.event() for _ in range(3)))
    renamed = [sample.event() for _ in range(3)]
    for event in renamed:
        event["kind"] = event.pop("type")
    sample.put_on_stream(*renamed)
    until_quarantined(sample, len(renamed))


def clock_ahead(sample: Sample) -> None:
    later = (datetime.now(UTC) + timedelta(hours=3)).isoformat(timespec="seconds")
    sample.put_on_stream(*(sample.event(occurred_at=later) for _ in range(3)))
    until_quarantined(sample, 3)


def clock_behind(sample: Sample) -> None:
    earlier = (datetime.now(UTC) - timedelta(hours=7)).isoformat(timespec="seconds")
    for _ in range(3):
        assert sample.post(sample.event("grace", occurred_at=earlier)) == 202


def senders_send_rubbish(sample: Sample) -> None:
    for _ in range(3):
        assert sample.post(sample.event(occurred_at="yesterday")) == 400


def nobody_was_there(sample: Sample) -> None:
    assert sample.post(sample.event("ada")) == 202


def key_disabled(sample: Sample) -> None:
    kms, kinesis = sample.client("kms"), sample.client("kinesis")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    encryption = {"StreamName": sample.stream, "EncryptionType": "KMS"}
    kinesis.start_stream_encryption(**encryption, KeyId=key)
    kms.disable_key(KeyId=key)
    sample.undo.callback(kinesis.stop_stream_encryption, **encryption, KeyId=key)


def dsn_missing(sample: Sample) -> None:
    sample.set_variable("Ingest", "SENTRY_DSN", None)


def alarm_on(sample: Sample) -> None:
    client, name = sample.client("cloudwatch"), sample.id_of("CloudWatch::Alarm", "IngestErrors")
    client.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="1 datapoint was above 0")
    sample.undo.callback(client.set_alarm_state, AlarmName=name, StateValue="OK", StateReason="over")


def until_quarantined(sample: Sample, messages: int) -> None:
    queue = sample.queue("Quarantine")
    sample.until(lambda: sample.messages(queue) >= messages, "the quarantine to fill")


def runs_of(sample: Sample, function: str) -> int:
    configuration = sample.client("lambda").get_function_configuration(FunctionName=sample.function(function))
    log = {"logGroupName": configuration["LoggingConfig"]["LogGroup"], "filterPattern": "processed"}
    return len(sample.client("logs").filter_log_events(**log)["events"])


HISTORY, INGEST, VALIDATE = "Activity/History", "Activity/Ingest", "Activity/Validate"
API, STREAM, TABLE = "Activity/Api", "Activity/Stream", "Activity/Table"
DELIVERY, QUARANTINE = "Activity/Validate/KinesisEventSource", "Activity/Quarantine"

CASES = (
    Case("API calls what is not there", api_calls_what_is_not_there, "API", API, "calls-nothing", "detect-stack-drift"),
    Case("API without a stage", api_has_no_stage, "API", API, "no-stage", "apigateway get-stages"),
    Case("API may not call", api_may_not_call_the_function, "function", HISTORY, "callers-missing", "stack-drift"),
    Case("API returns 500", function_answers_500, "API", API, "server-error", "logs tail"),
    Case("function raises", function_raises, "function", HISTORY, "broken-by-change", "get-function"),
    Case("function raises at times", function_raises_now_and_then, "function", HISTORY, "fails", "logs tail"),
    Case("function times out", function_times_out, "function", HISTORY, "broken-by-change", "get-function"),
    Case("history throttled", throttled("History"), "function", HISTORY, "switched-off", "delete-function-concurrency"),
    Case("validator throttled", throttled("Validate"), "function", VALIDATE, "switched-off", "function-concurrency"),
    Case("ingest throttled", throttled("Ingest"), "function", INGEST, "switched-off", "delete-function-concurrency"),
    Case("bad deploy, stream", bad_deploy_behind_the_stream, "function", VALIDATE, "fails-silently", "get-function"),
    Case("bad deploy, API", bad_deploy_behind_the_api, "function", HISTORY, "fails-silently", "get-function"),
    Case("validator denied", permissions_removed("Validate"), "function", VALIDATE, "permissions-missing", "drift"),
    Case("ingest denied", permissions_removed("Ingest"), "function", INGEST, "permissions-missing", "drift"),
    Case("table gone", table_gone, "table", TABLE, "gone", "dynamodb list-backups"),
    Case("queue gone", queue_gone, "queue", QUARANTINE, "gone", "detect-stack-drift"),
    Case("poison batch", poison_batch, "delivery", DELIVERY, "blocked", "logs tail"),
    Case("consumer disabled", consumer_disabled, "delivery", DELIVERY, "disabled", "update-event-source-mapping"),
    Case("quarantine fills", quarantine_fills, "queue", QUARANTINE, "holds-messages", "sqs receive-message"),
    Case("schema change", schema_changed, "stream", STREAM, "schema-changed", "git log"),
    Case("clock ahead", clock_ahead, "stream", STREAM, "clock-skew", "timedatectl"),
    Case("clock behind", clock_behind, "stream", STREAM, "clock-skew", "timedatectl", user="grace"),
    Case("rubbish sent", senders_send_rubbish, "function", INGEST, "refuses-input", "logs tail"),
    Case("user without data", nobody_was_there, "user", "nobody", "no-data", "--since 7d", user="nobody"),
    Case("key disabled", key_disabled, "stream", STREAM, "key-unusable", "kms enable-key"),
    Case("DSN missing", dsn_missing, "function", INGEST, "no-dsn", "cdk-sentry dsn"),
    Case("alarm on", alarm_on, "function", INGEST, "alarm", "describe-alarm-history"),
)
