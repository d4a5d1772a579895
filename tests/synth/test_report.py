"""What the kit says of itself after synth: for people, and as JSON for CI."""

import json

import aws_cdk as cdk
import pytest
from aws_cdk import aws_lambda as lambda_

from cdk_sentry import Alarms, SentryMonitoring

from .apps import function, monitored_from_inside, stack, template_of


def test_the_cost_of_a_month_is_known_after_synth():
    """The forwarder's two alarms are charged like those of the functions."""
    app = stack()
    for number in range(4):
        function(app, f"Function{number}")
    monitoring = SentryMonitoring(app, "Sentry", alarms=Alarms(summary=True, function_duration_anomaly=2))
    template_of(app)
    cost = monitoring.report.monthly_cost
    assert (cost.alarms, cost.alarm_metrics, cost.composite_alarms) == (14, 4 * (1 + 1 + 3) + 2, 2)
    assert cost.usd == pytest.approx(22 * 0.10 + 2 * 0.50 + 3 + 1)
    assert str(cost) == "$7.20 a month: 14 alarms on 22 metrics, 2 composite, 1 dashboard, 1 key"
    assert cost.alarms == len(monitoring.alarms)


def test_the_cost_of_an_app_is_that_of_all_its_stacks():
    app = cdk.App()
    for name in ("First", "Second"):
        function(cdk.Stack(app, name))
    monitoring = monitored_from_inside(app)
    app.synth()
    assert (monitoring.report.monthly_cost.dashboards, monitoring.report.monthly_cost.alarms) == (2, 4)


def test_the_report_is_the_functions_in_order_and_can_be_written_as_json():
    app = stack()
    function(app, "Orders")
    function(app, "Legacy", runtime=lambda_.Runtime.PYTHON_3_8)
    monitoring = monitored_from_inside(app)
    template_of(app)
    report = monitoring.report
    assert [each.function.path for each in report] == [each.function.path for each in report[:]]
    assert (len(report), report[0].function.path) == (2, "Stack/Orders")
    written = json.loads(json.dumps(report.to_dict()))
    orders, legacy = written["functions"]
    assert orders["path"] == "Stack/Orders"
    assert {"layer", "handler", "variables", "alarms"} <= set(orders["applied"])
    assert "layer" not in legacy["applied"]
    warnings = {each["id"]: each["message"] for each in legacy["findings"] if each["level"] == "warning"}
    assert set(warnings) == {"cdk_sentry:runtime-unsupported", "cdk_sentry:runtime-deprecated"}
    assert all("python3.8" in message for message in warnings.values())
    assert written["monthly_cost"] == {
        "alarms": 4,
        "alarm_metrics": 4,
        "composite_alarms": 0,
        "dashboards": 1,
        "keys": 1,
        "usd": 4.40,
    }
