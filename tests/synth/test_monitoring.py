"""What one line adds to a stack, and what it leaves alone."""

import json
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import custom_resources

from cdk_sentry import Alarms, Dsn, Layers, Notify, Release, SentryMonitoring
from cdk_sentry.git import Checkout
from tests.alarms.outline import body_of, metrics
from tests.synth.apps import (
    alarms_of,
    function,
    monitored_from_inside,
    properties_of,
    resources_of,
    stack,
    template_of,
    variables_of,
    warnings_of,
)


@pytest.fixture(autouse=True)
def checkout(monkeypatch):
    """A known commit, whatever this repository is at."""
    for module in ("release", "environment"):
        monkeypatch.setattr(f"cdk_sentry.{module}.current_checkout", lambda: Checkout("0a1b2c", "main"))


def test_one_line_instruments_a_function():
    app = stack()
    orders = function(app)
    monitored_from_inside(app)
    template = template_of(app)

    properties = properties_of(template, orders)
    assert properties["Handler"] == "cdk_sentry_layer.bootstrap.handler"
    (layer,) = resources_of(template, "AWS::Lambda::LayerVersion")
    assert properties["Layers"] == [{"Ref": layer}]

    variables = variables_of(template, orders)
    assert variables["SENTRY_INITIAL_HANDLER"] == "orders.handler"
    assert variables["SENTRY_ENVIRONMENT"] == "main"
    assert variables["SENTRY_RELEASE"] == "0a1b2c"
    assert json.loads(variables["SENTRY_TAGS"]) == {"service": "Stack"}
    parameter = template["Parameters"][variables["SENTRY_DSN"]["Ref"]]
    assert parameter == {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/Sentry/Dsn"}


def test_a_function_added_after_the_construct_is_covered_too():
    app = stack()
    monitoring = SentryMonitoring(app, "Sentry")
    late = function(app, "Late")
    template = template_of(app)
    assert "SENTRY_DSN" in variables_of(template, late)
    assert [found.path for found in monitoring.functions] == ["Stack/Late"]


def test_a_function_below_another_construct_or_in_a_nested_stack_is_covered_too():
    app = stack()
    SentryMonitoring(app, "Sentry")
    nested = cdk.NestedStack(app, "Nested")
    inner = function(nested, "Inner")
    template_of(app)
    nested_template = template_of(nested)
    assert variables_of(nested_template, inner)["SENTRY_INITIAL_HANDLER"] == "orders.handler"
    (layer,) = resources_of(nested_template, "AWS::Lambda::LayerVersion")
    assert properties_of(nested_template, inner)["Layers"] == [{"Ref": layer}]


def test_a_function_outside_the_scope_stays_as_it_is():
    root = cdk.App()
    app, covered = cdk.Stack(root, "Stack"), cdk.Stack(root, "Covered")
    outside = function(app)
    function(covered)
    SentryMonitoring(covered, "Sentry")
    properties = properties_of(template_of(app), outside)
    assert properties["Handler"] == "orders.handler"
    assert "Layers" not in properties
    assert "Environment" not in properties


def test_what_the_function_says_already_wins():
    app = stack()
    own = function(app, environment={"SENTRY_ENVIRONMENT": "theirs", "SENTRY_DSN": "https://k@h/1", "TABLE": "t"})
    SentryMonitoring(app, "Sentry", environment="ours")
    variables = variables_of(template_of(app), own)
    assert variables["SENTRY_ENVIRONMENT"] == "theirs"
    assert variables["SENTRY_DSN"] == "https://k@h/1"
    assert variables["TABLE"] == "t"


def test_the_functions_own_layers_stay_in_front_in_their_order():
    app = stack()
    own = [
        lambda_.LayerVersion.from_layer_version_arn(app, name, f"arn:aws:lambda:eu-west-1:1:layer:{name}:1")
        for name in ("First", "Second")
    ]
    layered = function(app, layers=own)
    monitored_from_inside(app)
    template = template_of(app)
    (ours,) = resources_of(template, "AWS::Lambda::LayerVersion")
    assert properties_of(template, layered)["Layers"] == [each.layer_version_arn for each in own] + [{"Ref": ours}]


def test_a_hand_written_function_is_covered_too():
    app = stack()
    lambda_.CfnFunction(
        app,
        "Raw",
        code={"zipFile": "def handler(e, c): ..."},
        role="arn:aws:iam::111111111111:role/r",
        runtime="python3.12",
        handler="index.handler",
    )
    SentryMonitoring(app, "Sentry")
    properties = template_of(app)["Resources"]["Raw"]["Properties"]
    assert properties["Environment"]["Variables"]["SENTRY_INITIAL_HANDLER"] == "index.handler"
    assert properties["Handler"] == "cdk_sentry_layer.bootstrap.handler"


def test_cdks_own_functions_are_left_alone():
    app = stack()
    on_event = function(app, "OnEvent")
    custom_resources.Provider(app, "Provider", on_event_handler=on_event)
    custom_resources.AwsCustomResource(
        app,
        "Call",
        on_create=custom_resources.AwsSdkCall(
            service="STS",
            action="GetCallerIdentity",
            physical_resource_id=custom_resources.PhysicalResourceId.of("call"),
        ),
        policy=custom_resources.AwsCustomResourcePolicy.from_sdk_calls(resources=["*"]),
    )
    monitoring = monitored_from_inside(app)
    template = template_of(app)
    assert len(resources_of(template, "AWS::Lambda::Function")) == 3
    assert [found.path for found in monitoring.functions] == ["Stack/OnEvent"]


def test_a_function_of_another_runtime_gets_variables_and_a_warning_but_no_layer():
    app = stack()
    code = lambda_.Code.from_asset(str(Path(__file__).parent))
    java = function(app, "Java", runtime=lambda_.Runtime.JAVA_21, handler="shop.Orders", code=code)
    SentryMonitoring(app, "Sentry")
    template = template_of(app)
    properties = properties_of(template, java)
    assert properties["Handler"] == "shop.Orders"
    assert "Layers" not in properties
    assert "SENTRY_DSN" in properties["Environment"]["Variables"]
    assert any("cdk_sentry:no-layer" in text and "java21" in text for text in warnings_of(app))


def test_each_function_has_an_alarm_on_errors_and_one_on_throttles_with_its_dimension():
    app = stack()
    orders, payments = function(app, "Orders"), function(app, "Payments")
    monitoring = monitored_from_inside(app)
    template = template_of(app)
    for each in (orders, payments):
        assert sorted(alarm["MetricName"] for alarm in alarms_of(template, each)) == ["Errors", "Throttles"]
    assert len(monitoring.alarms) == len(resources_of(template, "AWS::CloudWatch::Alarm")) == 4


def test_every_alarm_watches_something_and_tells_the_topic_of_its_begin_and_end():
    app = stack()
    function(app)
    SentryMonitoring(app, "Sentry")
    template = template_of(app)
    (topic,) = resources_of(template, "AWS::SNS::Topic")
    for alarm in resources_of(template, "AWS::CloudWatch::Alarm").values():
        properties = alarm["Properties"]
        assert properties["Dimensions"]
        assert properties["AlarmActions"] == properties["OKActions"] == [{"Ref": topic}]
        assert properties["TreatMissingData"] == "notBreaching"
        assert properties["AlarmDescription"]


def test_alarms_can_be_changed_and_switched_off():
    app = stack()
    function(app)
    monitored_from_inside(app, alarms=Alarms(function_errors=10, function_throttles=None))
    (alarm,) = resources_of(template_of(app), "AWS::CloudWatch::Alarm").values()
    assert (alarm["Properties"]["MetricName"], alarm["Properties"]["Threshold"]) == ("Errors", 10)

    quiet = stack()
    function(quiet)
    monitored_from_inside(quiet, alarms=Alarms.none())
    assert not resources_of(template_of(quiet), "AWS::CloudWatch::Alarm")


def test_notifications_reach_an_email_address_and_an_existing_topic():
    app = stack()
    function(app)
    existing = sns.Topic.from_topic_arn(app, "Existing", "arn:aws:sns:eu-west-1:111111111111:pager")
    SentryMonitoring(app, "Sentry", notify=[Notify.email("oncall@example.com"), Notify.topic(existing)])
    template = template_of(app)
    (topic,) = resources_of(template, "AWS::SNS::Topic")
    (subscription,) = resources_of(template, "AWS::SNS::Subscription").values()
    assert subscription["Properties"] == {
        "Protocol": "email",
        "Endpoint": "oncall@example.com",
        "TopicArn": {"Ref": topic},
    }
    for alarm in resources_of(template, "AWS::CloudWatch::Alarm").values():
        assert alarm["Properties"]["AlarmActions"] == [{"Ref": topic}, existing.topic_arn]


def test_the_topic_takes_alarms_from_this_accounts_cloudwatch_over_tls_only():
    app = stack()
    SentryMonitoring(app, "Sentry")
    template = template_of(app)
    (policy,) = resources_of(template, "AWS::SNS::TopicPolicy").values()
    deny, allow = policy["Properties"]["PolicyDocument"]["Statement"]
    assert (deny["Effect"], deny["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert allow["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert allow["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    (topic,) = resources_of(template, "AWS::SNS::Topic").values()
    (key,) = resources_of(template, "AWS::KMS::Key")
    assert topic["Properties"]["KmsMasterKeyId"] == {"Fn::GetAtt": [key, "Arn"]}


def test_there_is_one_dashboard_with_a_line_per_function_and_the_state_of_every_alarm():
    app = stack()
    function(app, "Orders")
    function(app, "Payments")
    SentryMonitoring(app, "Sentry", service="shop")
    template = template_of(app)
    body = body_of(template)
    heading, alarms, part, *rest = body["widgets"]
    assert "# shop" in heading["properties"]["markdown"]
    assert len(alarms["properties"]["alarms"]) == len(resources_of(template, "AWS::CloudWatch::Alarm")) == 4 + 2
    assert part["properties"]["markdown"] == "## Functions"
    graphs = [widget for widget in rest if widget["type"] == "metric"]
    assert [graph["properties"]["title"] for graph in graphs] == [
        "Invocations",
        "Errors",
        "Throttles",
        "Duration, p95 (ms)",
    ]
    for graph in graphs:
        shown = list(metrics(graph["properties"]))
        assert [options["label"] for _, _, options in shown] == ["Orders", "Payments"]
        assert [name["FunctionName"][1:7] for _, name, _ in shown] == ["Orders", "Paymen"]


def test_a_dsn_per_service_and_a_literal_one():
    app = stack()
    orders = function(app)
    SentryMonitoring(app, "Sentry", service="orders", dsn=Dsn.from_ssm("/Sentry/{service}/Dsn"))
    template = template_of(app)
    parameter = template["Parameters"][variables_of(template, orders)["SENTRY_DSN"]["Ref"]]
    assert parameter["Default"] == "/Sentry/orders/Dsn"

    literal = stack()
    plain = function(literal)
    SentryMonitoring(literal, "Sentry", dsn=Dsn.literal("https://key@example.com/1"))
    assert variables_of(template_of(literal), plain)["SENTRY_DSN"] == "https://key@example.com/1"


def test_a_published_layer_can_be_used_instead():
    app = stack()
    orders = function(app)
    arn = "arn:aws:lambda:eu-west-1:111111111111:layer:sentry:3"
    monitored_from_inside(app, layers=Layers.arn(python=arn))
    template = template_of(app)
    assert properties_of(template, orders)["Layers"] == [arn]
    assert not resources_of(template, "AWS::Lambda::LayerVersion")


def test_what_is_not_known_is_warned_of(monkeypatch):
    for module in ("release", "environment"):
        monkeypatch.setattr(f"cdk_sentry.{module}.current_checkout", lambda: Checkout(None, None))
    app = stack()
    orders = function(app)
    SentryMonitoring(app, "Sentry")
    texts = warnings_of(app)
    assert any("cdk_sentry:no-release" in text for text in texts)
    assert any("cdk_sentry:no-environment" in text for text in texts)
    variables = variables_of(template_of(app), orders)
    assert "SENTRY_RELEASE" not in variables
    assert "SENTRY_ENVIRONMENT" not in variables

    meant = stack()
    SentryMonitoring(meant, "Sentry", environment="production", release=Release.none())
    assert not warnings_of(meant)


def test_the_same_app_gives_the_same_template_twice():
    def synthesized():
        app = stack()
        monitored = function(app, "Orders")
        SentryMonitoring(app, "Sentry", tags={"b": "2", "a": "1"})
        monitored.add_environment("X", "y")
        return json.dumps(template_of(app))

    assert synthesized() == synthesized()


@pytest.mark.parametrize(
    ("handler", "left_over", "called"),
    [
        ("index.ok", "old.handler", "index.ok"),
        ("sentry_sdk.integrations.init_serverless_sdk.sentry_lambda_handler", "index.ok", "index.ok"),
        ("cdk_sentry_layer.bootstrap.handler", "index.ok", "index.ok"),
    ],
)
def test_what_lambda_called_before_the_line_is_called_after_it(handler, left_over, called):
    """Another layer that was here may have left the variable, which Lambda itself does not know."""
    app = stack()
    own = function(app, handler=handler, environment={"SENTRY_INITIAL_HANDLER": left_over})
    monitored_from_inside(app)
    assert variables_of(template_of(app), own)["SENTRY_INITIAL_HANDLER"] == called
