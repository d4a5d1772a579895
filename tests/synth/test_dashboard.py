"""One page, readable for eight functions and for two hundred and forty, within CloudWatch's limits."""

import json
from dataclasses import replace

import aws_cdk as cdk
import pytest
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sqs as sqs

from cdk_sentry import Alarms, SentryMonitoring
from stacks.activity_stack import ActivityStack
from tests.alarms.documented import is_documented
from tests.alarms.outline import body_of, metrics, outline

from .apps import function, monitored_from_inside, resources_of, stack, template_of
from .everything import EVERY_ALARM, everything

# docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
MAX_WIDGETS, MAX_METRICS_PER_WIDGET, MAX_METRICS = 500, 500, 2500
MAX_ALARMS_PER_WIDGET = 100


def many(count):
    """A template with so many functions, and its dashboard."""
    app = stack("Shop")
    for number in range(count):
        function(app, f"Function{number}")
    monitored_from_inside(app, service="shop", environment="production", sentry_organization="acme")
    template = template_of(app)
    return template, body_of(template)


@pytest.fixture(scope="module", params=[8, 240])
def sized(request):
    return request.param, *many(request.param)


def graphs(body):
    return [widget["properties"] for widget in body["widgets"] if widget["type"] == "metric"]


def test_the_page_of_a_pipeline_is_in_the_order_data_flows():
    app = stack("Shop")
    everything(app)
    SentryMonitoring(app, "Sentry", alarms=EVERY_ALARM)
    headings = [line for line in outline(body_of(template_of(app))) if line.startswith("## ")]
    assert headings == [
        "## API",
        "## HTTP API",
        "## WebSocket API",
        "## Event rules",
        "## Topics",
        "## Queues",
        "## Streams",
        "## Functions that read streams",
        "## State machines",
        "## Tables",
        "## Indexes of tables",
        "## Delivery streams to S3",
        "## What could not be processed",
    ]


def test_the_sample_looks_like_this():
    app = cdk.App()
    sample = ActivityStack(app, "activity-history-dev", stage="dev")
    assert outline(body_of(template_of(sample))) == [
        "# activity-history",
        "[Alarms: 21 alarms]",
        "## API",
        "[Requests: 1 lines] | [Errors: 2 lines] | [Latency (ms): 2 lines]",
        "## Functions",
        "[Invocations: 2 lines] | [Errors: 2 lines] | [Throttles: 2 lines] | [Duration, p95 (ms): 2 lines]",
        "## Streams",
        "[Records in: 1 lines] | [Age of what is read (ms): 1 lines] | [Refused for lack of throughput: 2 lines]",
        "## Functions that read streams",
        "[Invocations: 1 lines] | [Errors: 1 lines] | [Throttles: 1 lines] | [Age of what is read (ms): 1 lines]",
        "## Tables",
        "[Capacity used: 2 lines] | [Refused for lack of throughput: 2 lines] | [Conditions that failed: 1 lines]",
        "## Indexes of tables",
        "[Capacity used: 2 lines] | [Refused for lack of throughput: 2 lines]",
        "## What could not be processed",
        "[Messages waiting for a person: 2 lines] | [Oldest message (s): 2 lines]",
        "[Recent errors: 3 log groups]",
    ]


def test_eight_functions_have_a_line_each_and_hundreds_a_total_and_the_highest_ten(sized):
    count, _, body = sized
    lines = outline(body)
    summed = ["Invocations", "Errors", "Throttles"]
    few = " | ".join(f"[{title}: 8 lines]" for title in [*summed, "Duration, p95 (ms)"])
    hundreds = " | ".join([*(f"[{title}: total and top]" for title in summed), "[Duration, p95 (ms): top]"])
    assert (few if count == 8 else hundreds) in lines
    assert len(lines) <= 20


def test_the_page_is_within_cloudwatchs_limits(sized):
    _, template, body = sized
    counts = [len(graph["metrics"]) for graph in graphs(body)]
    assert len(body["widgets"]) <= MAX_WIDGETS
    assert max(counts) <= MAX_METRICS_PER_WIDGET
    assert sum(counts) <= MAX_METRICS
    for widget in body["widgets"]:
        assert widget["x"] + widget["width"] <= 24
        if widget["type"] == "alarm":
            assert len(widget["properties"]["alarms"]) <= MAX_ALARMS_PER_WIDGET
        if widget["type"] == "log":
            assert widget["properties"]["query"].count("SOURCE") <= 50
    assert len(json.dumps(template)) < 1_000_000
    assert len(template["Resources"]) <= 500


def test_every_function_is_on_the_page_however_many_there_are(sized):
    count, _, body = sized
    for graph in graphs(body):
        assert len({dimensions["FunctionName"] for _, dimensions, _ in metrics(graph)}) == count


def test_no_widgets_overlap(sized):
    _, _, body = sized
    taken: set[tuple[int, int]] = set()
    for widget in body["widgets"]:
        columns = range(int(widget["x"]), int(widget["x"] + widget["width"]))
        cells = {(x, y) for x in columns for y in range(int(widget["y"]), int(widget["y"] + widget["height"]))}
        assert not taken & cells
        taken |= cells


def test_every_metric_is_documented_by_its_service_with_these_dimensions():
    app = stack()
    everything(app)
    SentryMonitoring(app, "Sentry")
    shown = [each for graph in graphs(body_of(template_of(app))) for each in metrics(graph)]
    assert len(shown) > 30
    for (namespace, metric_name), dimensions, _ in shown:
        assert is_documented(namespace, metric_name, dimensions), (namespace, metric_name, sorted(dimensions))


def test_the_expressions_of_a_folded_graph_find_the_metrics_that_they_name():
    _, body = many(30)
    for graph in graphs(body):
        identifiers = [options["id"] for _, _, options in metrics(graph)]
        assert len(identifiers) == len(set(identifiers))
        for (row,) in (each for each in graph["metrics"] if isinstance(each[0], dict)):
            wanted = row["expression"].split('METRICS("')[1].split('"')[0]
            assert any(wanted in each for each in identifiers)
            assert row["id"][0].islower()


def test_the_state_of_every_alarm_is_on_the_page():
    """Also of those that emulators are spared, of a fleet's, and of the forwarder's own."""
    app = stack()
    everything(app)
    monitoring = SentryMonitoring(app, "Sentry", alarms=replace(EVERY_ALARM, fleet_of=Alarms.fleet().fleet_of))
    template = template_of(app)
    widgets = [each["properties"] for each in body_of(template)["widgets"] if each["type"] == "alarm"]
    shown = {arn.rpartition(":alarm:")[2] or arn for widget in widgets for arn in widget["alarms"]}
    declared = resources_of(template, "AWS::CloudWatch::Alarm")
    names = {each["Properties"].get("AlarmName", f"<[{logical_id}, Arn]>") for logical_id, each in declared.items()}
    assert shown == names
    assert len(names) == len(monitoring.alarms) > 40


def test_the_top_names_release_and_environment_and_leads_to_sentry():
    _, body = many(1)
    top = body["widgets"][0]["properties"]["markdown"]
    assert "environment **production**" in top
    assert "https://acme.sentry.io/issues/?query=is:unresolved&environment=production" in top


def test_an_alarm_leads_to_the_issues_of_its_function():
    template, _ = many(1)
    (alarm, _) = resources_of(template, "AWS::CloudWatch::Alarm").values()
    description = json.dumps(alarm["Properties"]["AlarmDescription"])
    assert "https://acme.sentry.io/issues/?query=function_name:" in description
    assert "&environment=production" in description


@pytest.mark.parametrize(
    ("region", "console"),
    [
        ("eu-west-1", "console.aws.amazon.com"),
        ("cn-north-1", "console.amazonaws.cn"),
        ("us-gov-west-1", "console.amazonaws-us-gov.com"),
        ("eusc-de-east-1", "console.amazonaws-eusc.eu"),
    ],
)
def test_an_alarm_leads_to_the_page_in_the_console_of_its_partition(region, console):
    app = cdk.Stack(cdk.App(), "Shop", env=cdk.Environment(account="111122223333", region=region))
    function(app)
    monitored_from_inside(app)
    (alarm, _) = resources_of(template_of(app), "AWS::CloudWatch::Alarm").values()
    address = f"https://{console}/cloudwatch/home?region={region}#dashboards/dashboard/Shop-Sentry-{region}"
    assert alarm["Properties"]["AlarmDescription"].endswith(f"Dashboard: {address}")


def test_an_environment_that_is_known_at_deployment_only_is_part_of_the_links():
    app = stack()
    function(app)
    stage = cdk.CfnParameter(app, "Stage").value_as_string
    monitored_from_inside(app, environment=stage, sentry_organization="acme")
    (alarm, _) = resources_of(template_of(app), "AWS::CloudWatch::Alarm").values()
    *_, before, environment = alarm["Properties"]["AlarmDescription"]["Fn::Join"][1]
    assert before.endswith("&environment=")
    assert environment == {"Ref": "Stage"}


def test_what_is_about_no_single_function_leads_to_the_page_and_to_the_issues_of_the_environment():
    app = stack("Shop")
    sqs.Queue(app, "Jobs")
    alarms = Alarms.fleet(summary=True)
    monitored_from_inside(app, alarms=alarms, environment="production", sentry_organization="acme")
    template = template_of(app)
    kinds = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
    found = [each["Properties"] for kind in kinds for each in resources_of(template, kind).values()]
    assert len(found) == 3 + 2
    for each in found:
        description = json.dumps(each["AlarmDescription"])
        assert "#dashboards/dashboard/Shop-Sentry-" in description
        assert "https://acme.sentry.io/issues/?query=is:unresolved&environment=production" in description


def test_queries_are_saved_beside_the_page_for_the_same_log_groups():
    template, _ = many(2)
    queries = resources_of(template, "AWS::Logs::QueryDefinition").values()
    assert {each["Properties"]["Name"] for each in queries} == {
        "Shop-Sentry/Errors",
        "Shop-Sentry/Durations",
    }
    for each in queries:
        separator, names = each["Properties"]["LogGroupNames"]["Fn::Split"]
        assert len(names["Fn::Sub"].split(separator)) == 2
        assert each["Condition"] == "SentryOnAws"


def test_what_the_user_puts_on_the_dashboard_stays_on_top():
    app = stack()
    function(app)
    monitoring = SentryMonitoring(app, "Sentry", alarms=Alarms.none())
    monitoring.dashboard.add_widgets(cloudwatch.TextWidget(markdown="# Runbook", width=24, height=3))
    lines = outline(body_of(template_of(app)))
    assert lines[0] == "# Runbook"
    assert lines[1] == "# Stack"
