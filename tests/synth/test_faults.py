"""What a stack gets to have faults reported from outside."""

import json
import re

import aws_cdk as cdk
import pytest
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs

from cdk_sentry import Alarms, ConfigurationError, Dsn, Faults, Notify, SentryMonitoring
from tests.synth.apps import function, resources_of, stack, template_of, variables_of, warnings_of

SUBSCRIPTIONS = "Custom::SentryLogSubscriptions"
DSN = Dsn.literal("https://key@sentry.example.com/1")


def monitored(of, **arguments):
    return SentryMonitoring(of, "Sentry", **{"dsn": DSN, "faults": Faults(), "alarms": Alarms.none(), **arguments})


def subscriptions_of(template):
    """The patterns and log groups of a template's custom resource."""
    (resource,) = resources_of(template, SUBSCRIPTIONS).values()
    return {each["FilterPattern"]: each["LogGroups"] for each in resource["Properties"]["Subscriptions"]}


def concurrency_of(template):
    (resource,) = resources_of(template, SUBSCRIPTIONS).values()
    return resource["Properties"].get("ReservedConcurrency")


def log_groups_of(template):
    return [group for groups in subscriptions_of(template).values() for group in groups]


def forwarder_of(template):
    functions = resources_of(template, "AWS::Lambda::Function")
    return next(each["Properties"] for name, each in functions.items() if "ForwarderFunction" in name)


def statements_of(template, name):
    """The policy statements of one of the kit's roles, by action."""
    policies = resources_of(template, "AWS::IAM::Policy")
    found = [each["Properties"]["PolicyDocument"]["Statement"] for key, each in policies.items() if name in key]
    return {
        action: statement["Resource"]
        for statements in found
        for statement in statements
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }


def test_every_function_of_any_runtime_is_subscribed_by_one_resource() -> None:
    shop = stack("Shop")
    function(shop, "Orders")
    function(shop, "Payments", runtime=lambda_.Runtime.NODEJS_22_X)
    function(shop, "Legacy", function_name="legacy-orders")
    monitored(shop)

    template = template_of(shop)

    assert len(resources_of(template, SUBSCRIPTIONS)) == 1
    references = [group["Fn::Join"][1][0] for group in log_groups_of(template) if isinstance(group, dict)]
    assert references == ["/aws/lambda/"] * 2
    assert "/aws/lambda/legacy-orders" in log_groups_of(template)
    assert resources_of(template, "AWS::Logs::SubscriptionFilter") == {}


def test_one_permission_lets_cloudwatch_logs_of_this_account_call_the_forwarder() -> None:
    shop = stack("Shop")
    function(shop)
    monitored(shop)

    (permission,) = [
        each["Properties"]
        for each in resources_of(template_of(shop), "AWS::Lambda::Permission").values()
        if each["Properties"]["Principal"] == "logs.amazonaws.com"
    ]
    assert permission["SourceAccount"] == {"Ref": "AWS::AccountId"}
    assert json.dumps(permission["SourceArn"]).count(":log-group:*") == 1


def test_the_forwarder_is_bounded_and_loses_nothing() -> None:
    shop = stack("Shop")
    function(shop)
    monitored(shop)
    template = template_of(shop)

    forwarder = forwarder_of(template)
    (queue,) = resources_of(template, "AWS::SQS::Queue").values()

    assert concurrency_of(template) == 2
    assert "Undelivered" in forwarder["DeadLetterConfig"]["TargetArn"]["Fn::GetAtt"][0]
    assert queue["Properties"]["MessageRetentionPeriod"] == 14 * 24 * 3600
    assert queue["Properties"]["SqsManagedSseEnabled"] is True
    watched = {
        alarm["Properties"]["MetricName"]
        for alarm in resources_of(template, "AWS::CloudWatch::Alarm").values()
        if alarm["Properties"]["AlarmActions"] and alarm["Properties"]["Dimensions"]
    }
    assert watched >= {"Errors", "ApproximateNumberOfMessagesVisible"}


def test_the_forwarder_is_no_function_of_the_user() -> None:
    """It is neither subscribed to itself nor instrumented nor counted."""
    shop = stack("Shop")
    function(shop, "Orders")
    monitoring = monitored(shop)
    template = template_of(shop)

    assert [each.construct.node.id for each in monitoring.functions] == ["Orders"]
    assert "Forwarder" not in json.dumps(log_groups_of(template))
    assert forwarder_of(template)["Handler"] == "index.handler"
    assert len(forwarder_of(template)["Layers"]) == 1


def test_the_forwarder_speaks_for_the_stack_where_a_functions_own_settings_cannot_be_read() -> None:
    shop = stack("Shop")
    function(shop)
    monitored(shop, environment="production", release="shop@1.2.3", service="shop")

    assert forwarder_of(template_of(shop))["Environment"]["Variables"] == {
        "SENTRY_DSN": "https://key@sentry.example.com/1",
        "SENTRY_ENVIRONMENT": "production",
        "SENTRY_RELEASE": "shop@1.2.3",
        "SENTRY_SERVICE": "shop",
    }


def test_the_forwarder_may_read_what_belongs_to_the_stack_and_nothing_else() -> None:
    shop = stack("Shop")
    function(shop, "Orders")
    function(shop, "Legacy", function_name="legacy-orders")
    monitored(shop, dsn=Dsn.from_secure_ssm("/Sentry/Dsn"))
    template = template_of(shop)

    allowed = statements_of(template, "ForwarderFunction")

    assert allowed.keys() == {
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "sqs:SendMessage",
        "ssm:GetParameter",
        "lambda:GetFunctionConfiguration",
        "logs:GetLogEvents",
    }
    functions = json.dumps(allowed["lambda:GetFunctionConfiguration"])
    assert ":function:Shop-*" in functions
    assert ":function:legacy-orders" in functions
    for resources in (*allowed.values(), *statements_of(template, "Subscriber").values()):
        assert "*" not in (resources if isinstance(resources, list) else [resources])


def test_240_functions_with_names_of_their_own_fit_into_one_policy() -> None:
    shop = stack("Shop")
    for number in range(240):
        lambda_.CfnFunction(
            shop,
            f"F{number}",
            code={"zipFile": "x"},
            role="arn:aws:iam::0:role/r",
            runtime="python3.13",
            handler="index.handler",
            function_name=f"shop-production-function-{number}",
        )
    monitored(shop)
    template = template_of(shop)

    assert len(json.dumps(statements_of(template, "ForwarderFunction"))) < 10_240
    assert len(log_groups_of(template)) == 240
    assert len(subscriptions_of(template)) == 1
    assert len(resources_of(template, "AWS::Lambda::Function")) == 242


def test_a_log_group_of_the_functions_own_is_the_one_subscribed_to() -> None:
    shop = stack("Shop")
    group = logs.LogGroup(shop, "Logs")
    for name in ("Orders", "Payments"):
        function(shop, name, log_group=group)
    monitored(shop)

    assert log_groups_of(template_of(shop)) == [{"Ref": shop.resolve(group.log_group_name)["Ref"]}]


@pytest.mark.parametrize("flag", [True, False])
def test_a_group_that_the_template_declares_is_made_before_it_is_subscribed_to(flag) -> None:
    """New CDK apps declare the log group of each function; a reference makes CloudFormation wait for it."""
    shop = stack("Shop", **{"@aws-cdk/aws-lambda:useCdkManagedLogGroup": flag})
    function(shop)
    monitored(shop)

    (group,) = log_groups_of(template_of(shop))
    assert (set(group) == {"Ref"}) is flag


def test_log_retention_of_cdk_makes_the_group_before_it_is_subscribed_to() -> None:
    shop = stack("Shop", **{"@aws-cdk/aws-lambda:useCdkManagedLogGroup": False})
    function(shop, log_retention=logs.RetentionDays.ONE_WEEK)
    monitored(shop)

    (group,) = log_groups_of(template_of(shop))
    assert group["Fn::GetAtt"][1] == "LogGroupName"


def test_a_group_with_two_subscriptions_is_left_alone_with_a_warning() -> None:
    shop = stack("Shop", **{"@aws-cdk/aws-lambda:useCdkManagedLogGroup": False})
    busy, free = function(shop, "Busy"), function(shop, "Free")
    for number in range(2):
        logs.CfnSubscriptionFilter(
            shop,
            f"Filter{number}",
            destination_arn="arn:aws:lambda:eu-central-1:0:function:reader",
            filter_pattern="",
            log_group_name=f"/aws/lambda/{busy.function_name}",
        )
    monitored(shop)
    template = template_of(shop)

    assert json.dumps(log_groups_of(template)).count("Fn::Join") == 1
    (warning,) = [each for each in warnings_of(busy) if "cdk_sentry:log-group-full" in each]
    assert "2 subscriptions already" in warning
    assert not [each for each in warnings_of(free) if "log-group-full" in each]


def test_a_group_of_a_class_without_subscriptions_is_left_alone_with_a_warning() -> None:
    shop = stack("Shop")
    group = logs.LogGroup(shop, "Rare", log_group_class=logs.LogGroupClass.INFREQUENT_ACCESS)
    rare, plain = function(shop, "Rarely", log_group=group), function(shop, "Plain")
    monitored(shop)

    assert len(log_groups_of(template_of(shop))) == 1
    (warning,) = [each for each in warnings_of(rare) if "cdk_sentry:log-group-class" in each]
    assert "STANDARD" in warning
    assert not [each for each in warnings_of(plain) if "log-group" in each]


def test_functions_of_a_nested_stack_are_subscribed_in_its_template() -> None:
    shop = stack("Shop")
    nested = cdk.NestedStack(shop, "Nested")
    function(nested, "Orders")
    monitored(shop)

    inner, outer = template_of(nested), template_of(shop)
    assert len(log_groups_of(inner)) == 1
    assert resources_of(outer, SUBSCRIPTIONS) == {}
    assert forwarder_of(outer)


def test_in_a_template_that_is_nearly_full_the_forwarder_has_a_stack_of_its_own() -> None:
    shop = stack("Shop")
    function(shop, "Orders")
    for number in range(478):
        cdk.CfnWaitConditionHandle(shop, f"W{number}")
    monitored(shop)
    template = template_of(shop)

    assert len(template["Resources"]) <= 500
    assert len(resources_of(template, SUBSCRIPTIONS)) == 1
    assert not [name for name in resources_of(template, "AWS::Lambda::Function") if "Forwarder" in name]


def test_a_template_that_fills_gets_new_subscriptions_since_cloudformation_refuses_another_service_token() -> None:
    logical_ids = set()
    for others in (0, 478):
        shop = stack("Shop")
        function(shop, "Orders")
        for number in range(others):
            cdk.CfnWaitConditionHandle(shop, f"W{number}")
        monitored(shop)
        logical_ids |= set(resources_of(template_of(shop), SUBSCRIPTIONS))

    assert len(logical_ids) == 2


def test_each_runtime_is_filtered_by_its_own_words() -> None:
    shop = stack("Shop")
    function(shop, "Orders")
    function(shop, "Ruby", runtime=lambda_.Runtime.RUBY_3_3, code=lambda_.Code.from_asset("tests/harness/functions"))
    monitored(shop)

    layered, ruby = sorted(subscriptions_of(template_of(shop)), key=len)
    assert "handler" not in layered.replace("Runtime\\.Handler", "")
    assert "raised\\sfrom\\shandler" in ruby


def test_an_alarm_becomes_an_issue_where_sentry_is_to_be_notified() -> None:
    shop = stack("Shop")
    function(shop)
    monitored(shop, notify=[Notify.sentry()], alarms=Alarms())
    template = template_of(shop)

    (rule,) = resources_of(template, "AWS::Events::Rule").values()
    assert rule["Properties"]["EventPattern"] == {
        "source": ["aws.cloudwatch"],
        "detail-type": ["CloudWatch Alarm State Change"],
        "detail": {"alarmName": [{"prefix": "Shop-Sentry"}]},
    }
    for logical_id, alarm in resources_of(template, "AWS::CloudWatch::Alarm").items():
        # CloudFormation names an alarm without a name STACK-LOGICALID-RANDOM.
        name = alarm["Properties"].get("AlarmName", f"Shop-{logical_id}")
        assert json.dumps(name).count("Shop-Sentry") == 1
        assert re.search("Severity: (critical|warning)", json.dumps(alarm["Properties"]["AlarmDescription"]))


def test_alarms_are_followed_without_subscriptions_too() -> None:
    shop = stack("Shop")
    function(shop)
    monitored(shop, faults=Faults.none(), notify=[Notify.sentry()])
    template = template_of(shop)

    assert resources_of(template, SUBSCRIPTIONS) == {}
    assert len(resources_of(template, "AWS::Events::Rule")) == 1


def test_without_faults_and_alarms_there_is_no_forwarder() -> None:
    shop = stack("Shop")
    handler = function(shop)
    monitored(shop, faults=Faults.none())
    template = template_of(shop)

    assert "Forwarder" not in json.dumps(template)
    assert "SENTRY_DSN" in variables_of(template, handler)


def test_a_stack_without_functions_gets_no_forwarder() -> None:
    shop = stack("Shop")
    monitored(shop)

    assert "Forwarder" not in json.dumps(template_of(shop))


def test_concurrency_is_reserved_by_the_subscriber_since_cloudformation_would_fail_where_there_is_none() -> None:
    shop = stack("Shop")
    function(shop)
    monitored(shop)
    template = template_of(shop)

    assert "ReservedConcurrentExecutions" not in forwarder_of(template)
    allowed = statements_of(template, "Subscriber")
    for action in ("lambda:PutFunctionConcurrency", "lambda:DeleteFunctionConcurrency"):
        assert "ForwarderFunction" in allowed[action]["Fn::GetAtt"][0]


@pytest.mark.parametrize("flag", [True, False])
def test_the_forwarder_takes_as_many_resources_whatever_the_apps_feature_flags_say(flag) -> None:
    """With `createNewPoliciesWithAddToRolePolicy` CDK makes a policy of each statement."""
    resources = 15
    with_line, without = (
        stack(name, **{"@aws-cdk/aws-lambda:createNewPoliciesWithAddToRolePolicy": flag})
        for name in ("With", "Without")
    )
    for each, faults in ((with_line, Faults()), (without, Faults.none())):
        function(each)
        monitored(each, faults=faults)

    assert len(template_of(with_line)["Resources"]) - len(template_of(without)["Resources"]) == resources


def test_nothing_is_reserved_where_that_is_not_wanted() -> None:
    shop = stack("Shop")
    function(shop)
    monitored(shop, faults=Faults(concurrency=None))

    assert concurrency_of(template_of(shop)) is None


def test_the_one_line_reports_the_faults_of_every_function() -> None:
    shop = stack("Shop")
    function(shop, "Orders")
    function(shop, "Payments", runtime=lambda_.Runtime.JAVA_21, code=lambda_.Code.from_asset("tests/harness"))
    SentryMonitoring(shop, "Sentry")

    assert len(log_groups_of(template_of(shop))) == 2


@pytest.mark.parametrize("concurrency", [0, -1, 101, 1.5, True, "2"])
def test_a_concurrency_that_cannot_be_reserved_is_refused(concurrency) -> None:
    with pytest.raises(ConfigurationError, match=r"faults\.concurrency"):
        monitored(stack("Shop"), faults=Faults(concurrency=concurrency))


def test_the_report_says_which_functions_are_covered() -> None:
    shop = stack("Shop")
    function(shop)
    monitoring = monitored(shop)
    template_of(shop)

    assert "faults" in monitoring.report[0].applied
