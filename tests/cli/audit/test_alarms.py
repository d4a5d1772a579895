"""The checks of alarms: which watch a function, whether they are there, and whether they tell somebody."""

import datetime as dt
from typing import Any

import pytest

from cdk_sentry.alarms.fleet import Fleet
from cdk_sentry.cli.audit.alarms import Alarms
from cdk_sentry.cli.audit.answer import Unread
from cdk_sentry.cli.audit.function import Function
from cdk_sentry.cli.stacks import Resource
from tests.cli.audit.builders import alarm, answer, found, monitored, stack, subject

ON = alarm("shop-Errors", StateValue="ALARM", StateUpdatedTimestamp=dt.datetime(2026, 11, 21, 6, tzinfo=dt.UTC))
SILENT = alarm("shop-Errors", AlarmActions=[])
COMPOSITE = {"AlarmName": "all", "AlarmActions": ["arn"], "AlarmRule": 'ALARM("shop-Errors") OR ALARM("b")'}
FLEET: dict[str, Any] = {
    "AlarmName": "fleet",
    "AlarmActions": ["arn"],
    "StateValue": "OK",
    "Metrics": [{"Expression": 'SELECT SUM(Errors) FROM SCHEMA("AWS/Lambda", FunctionName) GROUP BY FunctionName'}],
}
MATHS = {
    **alarm("rate"),
    "Dimensions": [],
    "Metrics": [
        {"Id": "v", "Expression": "e / i"},
        {"Id": "e", "MetricStat": {"Metric": {"Dimensions": [{"Name": "FunctionName", "Value": "shop"}]}}},
    ],
}


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        pytest.param(Alarms([]), {"alarms": "warning"}, id="none"),
        pytest.param(Alarms([alarm("b", "another")]), {"alarms": "warning"}, id="none of its own"),
        pytest.param(Alarms([FLEET]), {}, id="on every function"),
        pytest.param(Alarms([MATHS]), {}, id="metric math"),
        pytest.param(Alarms([alarm("shop-Errors", ActionsEnabled=False)]), {"alarm-actions": "error"}, id="disabled"),
        pytest.param(Alarms([SILENT]), {"alarm-actions": "warning"}, id="silent"),
        pytest.param(Alarms([SILENT], [COMPOSITE]), {}, id="told by a composite alarm"),
        pytest.param(
            Alarms([SILENT], [{**COMPOSITE, "ActionsEnabled": False}]),
            {"alarm-actions": "warning"},
            id="composite alarm disabled",
        ),
        pytest.param(Alarms([ON]), {"alarm-state": "warning"}, id="on"),
        pytest.param(Unread("not allowed: cloudwatch:DescribeAlarms"), {"alarms": "unknown"}, id="not allowed"),
    ],
)
def test_alarms(there, expected):
    assert found(subject(monitored(), alarms=there)) == expected


TAGGED = {
    **FLEET,
    "Metrics": [
        {"Expression": FLEET["Metrics"][0]["Expression"].replace("GROUP BY", "WHERE tag.\"team\" = 'growth' GROUP BY")}
    ],
}
OTHERWISE_CHOSEN = {
    **FLEET,
    "Metrics": [
        {"Expression": FLEET["Metrics"][0]["Expression"].replace("GROUP BY", "WHERE FunctionName = 'b' GROUP BY")}
    ],
}


def in_stack(*, own: dict[str, str], of_stack: dict[str, str]) -> Function:
    """A function that a stack declares, with tags."""

    def listed(tags: dict[str, str]) -> list[dict[str, str]]:
        return [{"Key": key, "Value": value} for key, value in tags.items()]

    declared = {"Resources": {"Shop": {"Type": "AWS::Lambda::Function", "Properties": {"Tags": listed(own)}}}}
    place = Resource("shop-prod", "AWS::Lambda::Function", "Shop", "shop", "CREATE_COMPLETE")
    return Function(monitored(), stack(declared, (place,), Tags=listed(of_stack)), place)


@pytest.mark.parametrize(
    ("function", "fleet", "expected"),
    [
        pytest.param(in_stack(own={"team": "growth"}, of_stack={}), TAGGED, "ok", id="its own tag"),
        pytest.param(in_stack(own={}, of_stack={"team": "growth"}), TAGGED, "ok", id="its stack's tag"),
        pytest.param(in_stack(own={"team": "ads"}, of_stack={"team": "growth"}), TAGGED, "warning", id="its own wins"),
        pytest.param(in_stack(own={}, of_stack={}), TAGGED, "warning", id="no tag"),
        pytest.param(Function(monitored()), TAGGED, "unknown", id="tags that nobody knows"),
        pytest.param(Function(monitored()), OTHERWISE_CHOSEN, "warning", id="chosen by something else"),
    ],
)
def test_a_fleet_that_is_chosen_by_a_tag_is_the_functions_that_have_it(function, fleet, expected):
    given = answer("alarms", subject(function, alarms=Alarms([fleet])))
    assert str(given.severity or given.status) == expected


@pytest.mark.parametrize("tag", [None, ("team", "growth")])
def test_the_fleet_alarms_of_this_kit_are_known(tag):
    (rule,) = Fleet(tag=tag, errors=1, throttles=None).rules()
    alarms = Alarms([{**FLEET, "Metrics": [{"Expression": rule.expression}]}])
    assert alarms.watching("shop", {"team": "growth"})
    assert alarms.ask_for_tags == (tag is not None)


@pytest.mark.parametrize(
    "rule",
    [
        'ALARM("shop (eu)")',
        "ALARM(shop)",
        "ALARM('shop')",
        'ALARM("arn:aws:cloudwatch:eu-central-1:111122223333:alarm:shop")',
    ],
)
def test_composite_alarms_name_others_in_several_ways(rule):
    name = "shop (eu)" if "(eu)" in rule else "shop"
    alarms = Alarms([alarm(name)], [{"AlarmName": "all", "AlarmActions": ["arn"], "AlarmRule": f"NOT {rule} OR OK(b)"}])
    assert alarms.tells_somebody(alarm(name, AlarmActions=[]))


def test_an_alarm_that_its_stack_declares_and_that_is_gone_is_an_error():
    given = answer("alarms", subject(monitored(), declared_alarms={"shop": ["shop-Errors", "shop-Throttles"]}))
    assert given.severity == "error"
    assert given.evidence["gone"] == ["shop-Throttles"]
