"""What `cdk deploy` of app.py leaves in the account."""

import json
from pathlib import Path

import pytest

from demo.accounting import is_whole
from demo.deployment import Cdk, stack_names
from demo.ministack import ministack
from tests.local_cloud.conftest import DSN_PARAMETER, Cloud

pytestmark = pytest.mark.xdist_group("local_cloud")

BOOTSTRAP = "cdk_sentry_layer.bootstrap.handler"


def test_every_function_of_the_sample_goes_through_the_layer(cloud: Cloud) -> None:
    functions = cloud.deployment.functions()
    sentry_layer = cloud.deployment.one("AWS::Lambda::LayerVersion", "SentryPythonLayer").physical_id

    assert len(functions) == 3
    for function in functions:
        assert function["Handler"] == BOOTSTRAP
        assert sentry_layer in [layer["Arn"] for layer in function["Layers"]]


def test_the_functions_own_handlers_are_kept(cloud: Cloud) -> None:
    handlers = {variables["SENTRY_INITIAL_HANDLER"] for variables in cloud.variables().values()}

    assert handlers == {"activity_ingest.handler", "activity_validate.handler", "activity_history.handler"}


def test_the_dsn_comes_from_the_ssm_parameter_at_deployment(cloud: Cloud) -> None:
    assert {variables["SENTRY_DSN"] for variables in cloud.variables().values()} == {cloud.sentry.dsn}


def test_environment_and_service_are_those_of_the_stage(cloud: Cloud) -> None:
    for variables in cloud.variables().values():
        assert variables["SENTRY_ENVIRONMENT"] == "local"
        assert json.loads(variables["SENTRY_TAGS"])["service"] == "activity-history"


def test_each_function_has_alarms_on_errors_and_throttles_that_notify_the_topic(cloud: Cloud) -> None:
    topic = cloud.deployment.one("AWS::SNS::Topic").physical_id
    alarms = cloud.client("cloudwatch").describe_alarms()["MetricAlarms"]

    watched = {
        (alarm["MetricName"], dimension["Value"])
        for alarm in alarms
        if alarm["AlarmActions"] == [topic]
        for dimension in alarm["Dimensions"]
        if dimension["Name"] == "FunctionName"
    }

    expected = {(metric, name) for metric in ("Errors", "Throttles") for name in cloud.variables()}
    assert watched >= expected


def test_the_dashboard_shows_every_function(cloud: Cloud) -> None:
    name = cloud.deployment.one("AWS::CloudWatch::Dashboard").physical_id
    body = cloud.client("cloudwatch").get_dashboard(DashboardName=name)["DashboardBody"]

    assert json.loads(body)["widgets"]
    for function in cloud.variables():
        assert function in body


def test_an_unsigned_request_is_refused(cloud: Cloud) -> None:
    session = cloud.deployment.aws.session()

    assert session.post(f"{cloud.deployment.api_url()}/activity", json={}).status_code == 403
    assert session.get(f"{cloud.deployment.api_url()}/users/ada/history").status_code == 403


def test_the_functions_work_with_the_permissions_of_the_template_alone(cloud: Cloud) -> None:
    """Every other test here runs with IAM deciding; this one shows that it does."""
    history = cloud.session.request("GET", f"{cloud.deployment.api_url()}/users/ada/history")
    assert history.status_code == 200

    iam = cloud.client("iam")
    role = cloud.deployment.one("AWS::IAM::Role", "History").physical_id
    policies = {
        name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
    }
    try:
        for name in policies:
            iam.delete_role_policy(RoleName=role, PolicyName=name)
        refused = cloud.session.request("GET", f"{cloud.deployment.api_url()}/users/ada/history")
    finally:
        for name, policy in policies.items():
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(policy))

    assert refused.status_code >= 500
    event = cloud.wait_for_event("History", "dynamodb:Query")
    assert is_whole(event, cloud.variables())


def test_deploying_again_changes_nothing(cloud: Cloud) -> None:
    """Also says that assets, layer and templates come out the same each time."""
    assert "(no changes)" in cloud.cdk.deploy()


def test_destroying_leaves_nothing_of_ours(tmp_path: Path) -> None:
    with ministack(tmp_path) as running:
        aws = running.aws
        aws.client("ssm").put_parameter(Name=DSN_PARAMETER, Value="http://key@127.0.0.1:9/1", Type="String")
        cdk = Cdk(aws, tmp_path)
        cdk.bootstrap()
        cdk.deploy()
        assert list(stack_names(aws.client("cloudformation"))) == ["activity-history-local"]

        cdk.destroy()

        assert list(stack_names(aws.client("cloudformation"))) == []
        assert aws.client("lambda").list_functions()["Functions"] == []
        assert aws.client("lambda").list_layers()["Layers"] == []
        assert aws.client("lambda").list_event_source_mappings()["EventSourceMappings"] == []
        assert aws.client("dynamodb").list_tables()["TableNames"] == []
        assert aws.client("kinesis").list_streams()["StreamNames"] == []
        assert aws.client("sqs").list_queues().get("QueueUrls", []) == []
        assert aws.client("sns").list_topics()["Topics"] == []
        assert aws.client("apigateway").get_rest_apis()["items"] == []
        assert aws.client("cloudwatch").describe_alarms()["MetricAlarms"] == []
        assert aws.client("cloudwatch").list_dashboards()["DashboardEntries"] == []
        assert aws.client("logs").describe_log_groups()["logGroups"] == []
