"""Every alarm of the catalogue stands in a template as it should: on the resource, with its dimensions, telling why."""

import json
import re
from typing import cast

import pytest
from aws_cdk import App, Duration, Environment, NestedStack, Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as event_sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from cdk_sentry import Alarms, SentryMonitoring
from cdk_sentry.alarms.alarms import KEYS
from cdk_sentry.alarms.catalogue import KINDS
from cdk_sentry.alarms.severity import Severity
from cdk_sentry.errors import ConfigurationError
from tests.alarms.documented import is_documented

from .apps import alarms_of, function, monitored_from_inside, resources_of, stack, template_of
from .everything import EVERY_ALARM, everything

ALARM = "AWS::CloudWatch::Alarm"
ENTRIES = [kind for kinds in KINDS.values() for kind in kinds]


@pytest.fixture(scope="module")
def full():
    """The template of a stack with one of everything, and every alarm."""
    app = stack("Shop")
    everything(app)
    monitored_from_inside(app, alarms=EVERY_ALARM, service="shop")
    return template_of(app)


def alarms(template):
    """The properties of every alarm, by name."""
    return {each["Properties"]["AlarmName"]: each["Properties"] for each in resources_of(template, ALARM).values()}


def logical_id_of(function_):
    """A function's name in its template."""
    return function_.stack.resolve(function_.node.default_child.logical_id)


def metrics_of(alarm):
    """Namespace, metric name and dimensions of everything that an alarm looks at."""
    if "MetricName" in alarm:
        yield alarm["Namespace"], alarm["MetricName"], alarm.get("Dimensions", [])
    for query in alarm.get("Metrics", []):
        if "MetricStat" in query:
            metric = query["MetricStat"]["Metric"]
            yield metric["Namespace"], metric["MetricName"], metric.get("Dimensions", [])


def test_every_alarm_of_the_catalogue_is_in_the_template_of_one_of_everything(full):
    found = {metric[:2] for alarm in alarms(full).values() for metric in metrics_of(alarm)}
    only_other_destinations = {
        ("AWS/Firehose", kind.rule.metric_name) for kind in ENTRIES if kind.of == "delivery_stream"
    } - {("AWS/Firehose", "DeliveryToS3.DataFreshness")}
    expected = {(kind.rule.namespace, kind.rule.metric_name) for kind in ENTRIES} - only_other_destinations
    assert expected <= found


def test_every_metric_is_documented_by_its_service_with_these_dimensions(full):
    for name, alarm in alarms(full).items():
        for namespace, metric_name, dimensions in metrics_of(alarm):
            assert is_documented(namespace, metric_name, [each["Name"] for each in dimensions]), name


def test_every_dimension_names_a_resource_of_the_template_or_a_part_of_one(full):
    for name, alarm in alarms(full).items():
        for _, metric_name, dimensions in metrics_of(alarm):
            assert dimensions or metric_name == "UserErrors", name
            for each in dimensions:
                if each["Name"] in ("ApiName", "Stage", "Operation", "GlobalSecondaryIndexName"):
                    assert each["Value"], name
                else:
                    assert any(logical_id in json.dumps(each["Value"]) for logical_id in full["Resources"]), name


def test_every_alarm_says_what_it_means_what_to_do_and_how_much_it_matters_within_the_limit(full):
    for name, alarm in alarms(full).items():
        description = alarm["AlarmDescription"]
        parts = description["Fn::Join"][1] if isinstance(description, dict) else [description]
        text = "".join(part if isinstance(part, str) else "x" * 40 for part in parts)
        assert "Severity: critical." in text or "Severity: warning." in text, name
        assert "Usual causes:" in text, name
        assert "#dashboards/dashboard/Shop-Sentry-" in text, name
        assert len(text) <= 1024, name


def test_alarms_are_named_after_stack_resource_and_what_they_watch(full):
    assert "Shop-Sentry-Orders-Errors" in alarms(full)
    assert "Shop-Sentry-Carts-ReadCapacity" in alarms(full)
    assert len(alarms(full)) == len(resources_of(full, ALARM))


def test_whatever_ids_people_give_names_are_unique_and_can_stand_in_the_rule_of_a_summary():
    app = stack()
    for name in ("Größe", "Grüße", 'Say"when"', "Back\\slash"):
        sqs.Queue(app, name)
    sqs.Queue(Construct(app, "A"), "B-C")
    sqs.Queue(Construct(app, "A-B"), "C")
    monitored_from_inside(app, alarms=Alarms(summary=True))
    template = template_of(app)
    names = [each["Properties"]["AlarmName"] for each in resources_of(template, ALARM).values()]
    assert len(set(names)) == 6
    (composite,) = resources_of(template, "AWS::CloudWatch::CompositeAlarm").values()
    assert re.findall(r'ALARM\("([ !#-\[\]-~]+)"\)', composite["Properties"]["AlarmRule"]) == names


def test_what_emulators_refuse_has_a_condition_and_nothing_else_has(full):
    for each in resources_of(full, ALARM).values():
        plain = "MetricName" in each["Properties"]
        assert ("Condition" not in each) == plain
    partition, account = full["Conditions"]["SentryOnAws"]["Fn::And"]
    assert {"Fn::Equals": [{"Ref": "AWS::Partition"}, "aws"]} in partition["Fn::Or"]
    assert account == {"Fn::Not": [{"Fn::Equals": [{"Ref": "AWS::AccountId"}, "000000000000"]}]}


@pytest.mark.parametrize(
    ("name", "threshold"),
    [
        ("Orders-NearTimeout", 18_000),
        ("Orders-Concurrency", 9),
        ("Clicks-RecordsExpire", 24 * 3_600_000),
        ("Carts-ReadCapacity", 0.8 * 10 * 300),
        ("Carts-WriteCapacity", 0.8 * 20 * 300),
        ("Shop-Latency", 500),
        ("Done-MessageAge", 900),
        ("Archive-Freshness", 1800),
    ],
)
def test_thresholds_are_in_the_metrics_own_unit(full, name, threshold):
    assert alarms(full)[f"Shop-Sentry-{name}"]["Threshold"] == pytest.approx(threshold)


def test_a_rule_on_a_bus_of_its_own_has_the_bus_as_dimension(full):
    nightly = alarms(full)["Shop-Sentry-Nightly-FailedInvocations"]["Dimensions"]
    paid = alarms(full)["Shop-Sentry-Paid-FailedInvocations"]["Dimensions"]
    assert [each["Name"] for each in nightly] == ["RuleName"]
    assert [each["Name"] for each in paid] == ["EventBusName", "RuleName"]


def test_no_traffic_alarms_when_data_is_missing_and_all_others_do_not(full):
    for name, alarm in alarms(full).items():
        silent = name.endswith("NoTraffic")
        assert alarm["TreatMissingData"] == ("breaching" if silent else "notBreaching"), name


def test_a_dead_letter_queue_is_known_by_its_use_and_by_its_name():
    app = stack()
    dead = sqs.Queue(app, "LastStop")
    sqs.Queue(app, "Jobs", dead_letter_queue=sqs.DeadLetterQueue(queue=dead, max_receive_count=3))
    sqs.Queue(app, "Quarantine")
    SentryMonitoring(app, "Sentry")
    names = [name.removeprefix("Stack-Sentry-") for name in alarms(template_of(app))]
    assert names == ["LastStop-Messages", "Jobs-MessageAge", "Quarantine-Messages"]


def test_a_function_behind_an_alias_reads_the_stream_that_the_alias_reads():
    app = stack()
    table = dynamodb.Table(
        app,
        "Table",
        partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
        stream=dynamodb.StreamViewType.NEW_IMAGE,
    )
    reader = function(app, "Reader")
    alias = lambda_.Alias(app, "Live", alias_name="live", version=reader.current_version)
    alias.add_event_source(
        event_sources.DynamoEventSource(table, starting_position=lambda_.StartingPosition.TRIM_HORIZON)
    )
    SentryMonitoring(app, "Sentry")
    assert "IteratorAge" in [alarm["MetricName"] for alarm in alarms_of(template_of(app), reader)]


def test_one_function_can_have_other_thresholds_and_so_can_a_table():
    app = stack()
    orders, payments = function(app, "Orders"), function(app, "Payments")
    table = dynamodb.Table(
        app, "Table", partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING)
    )
    monitoring = monitored_from_inside(app, alarms=Alarms(function_errors=5))
    monitoring.configure(orders, alarms=Alarms.only(function_errors=2))
    monitoring.configure(table, alarms=Alarms.none())
    template = template_of(app)
    assert [(each["MetricName"], each["Threshold"]) for each in alarms_of(template, orders)] == [("Errors", 2)]
    assert {each["MetricName"]: each["Threshold"] for each in alarms_of(template, payments)} == {
        "Errors": 5,
        "Throttles": 1,
    }
    assert not any("Table" in name for name in alarms(template))


def test_an_alarm_can_matter_more_here_than_it_usually_does_for_all_or_for_one():
    app = stack()
    api, orders = apigateway.RestApi(app, "Api"), function(app, "Orders")
    api.root.add_method("GET")
    function(app, "Payments")
    monitoring = monitored_from_inside(app, alarms=Alarms(severities={"p95_latency": "critical"}))
    monitoring.configure(orders, alarms=Alarms(severities={"function_errors": Severity.WARNING}))
    found = alarms(template_of(app))
    severities = {
        name.removeprefix("Stack-Sentry-"): re.findall(r"Severity: (\w+)\.", json.dumps(alarm["AlarmDescription"]))
        for name, alarm in found.items()
        if not name.endswith("Throttles")
    }
    assert severities == {
        "Orders-Errors": ["warning"],
        "Payments-Errors": ["critical"],
        "Api-ServerErrors": ["critical"],
        "Api-Latency": ["critical"],
    }


def test_what_is_excluded_by_path_has_no_alarm_whatever_it_is():
    app = stack()
    function(app, "Orders")
    sqs.Queue(app, "LegacyDlq")
    monitored_from_inside(app, exclude=["*/Legacy*"])
    assert not any("Legacy" in name for name in alarms(template_of(app)))


def test_the_latency_of_an_api_can_be_said():
    app = stack()
    api = apigateway.RestApi(app, "Api")
    api.root.add_method("GET")
    SentryMonitoring(app, "Sentry", alarms=Alarms(p95_latency=Duration.millis(250)))
    alarm = alarms(template_of(app))["Stack-Sentry-Api-Latency"]
    assert (alarm["ExtendedStatistic"], alarm["Threshold"]) == ("p95", 250)


def test_only_keeps_what_is_named_with_the_usual_threshold_or_another():
    chosen = Alarms.only("function_errors", api_5xx=3, notify_ok=False)
    assert {key: chosen.of(key) for key in KEYS if chosen.of(key) is not None} == {"function_errors": 1, "api_5xx": 3}
    assert not chosen.notify_ok


def test_only_explains_what_it_does_not_know():
    with pytest.raises(ConfigurationError, match="function_error") as wrong:
        Alarms.only("function_error", "table_user_errors", api_6xx=1)
    assert "3 problems" in str(wrong.value)
    assert "Write table_user_errors=<threshold>." in str(wrong.value)


@pytest.mark.parametrize(
    ("alarms_", "problem"),
    [
        (Alarms(function_errors=0), "alarms.function_errors=0: allowed is a whole number, 1 or more"),
        (Alarms(p95_latency=cast("Duration", 500)), "alarms.p95_latency=500: allowed is an aws_cdk.Duration"),
        (Alarms(function_timeout_share=90), "alarms.function_timeout_share=90: allowed is a share above 0 and up to 1"),
        (Alarms(api_no_traffic=Duration.days(2)), "whole minutes, a day at most"),
        (Alarms.fleet(tag=("team", "it's")), "alarms.fleet"),
        (Alarms(severities={"p95": "critical"}), "alarms.severities['p95']='p95': allowed is"),
        (Alarms(severities={"api_5xx": "urgent"}), "allowed is 'critical' or 'warning'"),
    ],
)
def test_a_threshold_that_no_metric_can_mean_is_refused(alarms_, problem):
    with pytest.raises(ConfigurationError, match=re.escape(problem)):
        SentryMonitoring(stack(), "Sentry", alarms=alarms_)


def test_a_fleet_is_watched_by_two_alarms_instead_of_two_for_each_function():
    app = stack()
    for number in range(5):
        function(app, f"Function{number}")
    monitored_from_inside(app, alarms=Alarms.fleet(tag=("team", "growth"), errors=3))
    errors, throttles = alarms(template_of(app)).values()
    assert errors["Threshold"] == 3
    assert errors["Metrics"][0]["Expression"] == (
        'SELECT SUM(Errors) FROM SCHEMA("AWS/Lambda", FunctionName) WHERE tag."team" = \'growth\' '
        "GROUP BY FunctionName ORDER BY SUM() DESC"
    )
    assert errors["Metrics"][0]["Period"] == 60
    assert "SUM(Throttles)" in throttles["Metrics"][0]["Expression"]


def test_a_fleet_is_watched_once_an_account_and_region_however_many_stacks_there_are():
    """Each of these alarms watches, and is charged for, every function there."""
    app = App()
    regions = {"First": "eu-west-1", "Second": "eu-west-1", "Third": "eu-north-1"}
    for name, region in regions.items():
        function(Stack(app, name, env=Environment(account="111122223333", region=region)))
    monitored_from_inside(app, alarms=Alarms.fleet())
    assembly = app.synth()
    counts = {
        each.stack_name: len(resources_of(each.template, ALARM))
        for each in assembly.stacks
        if each.stack_name in regions
    }
    assert counts == {"First": 2, "Second": 0, "Third": 2}


def test_a_summary_is_one_composite_alarm_per_severity_that_alone_notifies():
    app = stack()
    function(app, "Orders")
    sqs.Queue(app, "Jobs")
    monitored_from_inside(app, alarms=Alarms(summary=True))
    template = template_of(app)
    for alarm in alarms(template).values():
        assert not alarm.get("AlarmActions")
    composites = resources_of(template, "AWS::CloudWatch::CompositeAlarm")
    rules = {each["Properties"]["AlarmName"]: each["Properties"]["AlarmRule"] for each in composites.values()}
    assert rules == {
        "Stack-Sentry-CriticalSummary": 'ALARM("Stack-Sentry-Orders-Errors") OR ALARM("Stack-Sentry-Orders-Throttles")',
        "Stack-Sentry-WarningSummary": 'ALARM("Stack-Sentry-Jobs-MessageAge")',
    }
    children = set(resources_of(template, ALARM))
    for each in composites.values():
        assert each["Properties"]["AlarmActions"]
        assert each["Condition"] == "SentryOnAws"
        assert children <= set(each["DependsOn"])


def test_a_summary_of_hundreds_stays_within_the_limits_of_one_composite_alarm():
    app = stack()
    for number in range(130):
        function(app, f"AFunctionWithARatherLongNameOfItsOwn{number}")
    SentryMonitoring(app, "Sentry", alarms=Alarms(summary=True))
    composites = resources_of(template_of(app), "AWS::CloudWatch::CompositeAlarm").values()
    counts = [each["Properties"]["AlarmRule"].count("ALARM(") for each in composites]
    assert sum(counts) == 260
    assert max(counts) <= 100
    assert all(len(each["Properties"]["AlarmRule"]) <= 10_240 for each in composites)


def test_alarms_in_a_nested_stack_still_name_the_resources_outside():
    app = stack()
    orders = function(app, "Orders")
    SentryMonitoring(app, "Sentry", alarms=Alarms(nested_stacks=True))
    parent = template_of(app)
    (nested,) = [each for each in app.node.find_all() if isinstance(each, NestedStack)]
    inside = alarms(template_of(nested))
    assert set(inside) == {"Stack-Sentry-Orders-Errors", "Stack-Sentry-Orders-Throttles"}
    (name,) = {each["Dimensions"][0]["Value"]["Ref"] for each in inside.values()}
    (resource,) = resources_of(parent, "AWS::CloudFormation::Stack").values()
    assert resource["Properties"]["Parameters"][name] == {"Ref": logical_id_of(orders)}


def test_the_end_of_an_alarm_is_told_unless_that_is_not_wanted():
    told, quiet = stack(), stack()
    for app, wanted in ((told, True), (quiet, False)):
        function(app)
        monitored_from_inside(app, alarms=Alarms(notify_ok=wanted))
    assert all(each["OKActions"] for each in alarms(template_of(told)).values())
    assert not any(each.get("OKActions") for each in alarms(template_of(quiet)).values())
