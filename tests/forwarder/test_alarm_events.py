"""Alarms as Sentry issues."""

import json

import pytest
from cdk_sentry_forwarder import handler, sentry

from tests.harness.sink import Sink

NAME = "shop-SentryOrdersErrors1A2B3C4D-XYZ"
ARN = f"arn:aws:cloudwatch:eu-central-1:000000000000:alarm:{NAME}"


def change(state="ALARM", previous="OK", *, description="invocations fail", **state_fields):
    """An event of the documented form.

    docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
    """
    data = {
        "version": "1.0",
        "queryDate": "2026-11-21T09:15:00.000+0000",
        "startDate": "2026-11-21T09:13:00.000+0000",
        "statistic": "Sum",
        "period": 60,
        "recentDatapoints": [4.0],
        "threshold": 1.0,
        "evaluatedDatapoints": [{"timestamp": "2026-11-21T09:14:00.000+0000", "sampleCount": 9.0, "value": 4.0}],
    }
    return {
        "version": "0",
        "id": f"c4c1c1c9-6542-e61b-6ef0-{state}",
        "detail-type": "CloudWatch Alarm State Change",
        "source": "aws.cloudwatch",
        "account": "000000000000",
        "time": "2026-11-21T09:15:00Z",
        "region": "eu-central-1",
        "resources": [ARN],
        "detail": {
            "alarmName": NAME,
            "state": {
                "value": state,
                "reason": "Threshold Crossed: 1 datapoint [4.0] was greater than or equal to the threshold (1.0).",
                "reasonData": json.dumps(data),
                "timestamp": "2026-11-21T09:15:00.000+0000",
                **state_fields,
            },
            "previousState": {"value": previous},
            "configuration": {
                "description": description,
                "metrics": [
                    {
                        "id": "e1",
                        "metricStat": {
                            "metric": {
                                "namespace": "AWS/Lambda",
                                "name": "Errors",
                                "dimensions": {"FunctionName": "orders"},
                            },
                            "period": 60,
                            "stat": "Sum",
                        },
                        "returnData": True,
                    }
                ],
            },
        },
    }


@pytest.fixture
def sink(monkeypatch):
    with Sink() as running:
        monkeypatch.setenv("SENTRY_DSN", running.dsn)
        monkeypatch.setenv("SENTRY_ENVIRONMENT", "production")
        monkeypatch.setenv("SENTRY_RELEASE", "shop@1.2.3")
        monkeypatch.setenv("SENTRY_SERVICE", "shop")
        monkeypatch.setattr(handler, "_sentry", sentry.Delivery())
        yield running


def test_an_alarm_is_an_issue_with_reason_graph_and_datapoints(sink) -> None:
    assert handler.handler(change(), None) == {"sent": 1}

    (event,) = sink.wait_for_events(1)
    assert event["logentry"]["formatted"] == f"{NAME}: ALARM"
    assert event["fingerprint"] == ["cdk-sentry-alarm", ARN]
    assert event["tags"] == {
        "service": "shop",
        "alarm_name": NAME,
        "alarm_state": "ALARM",
        "function_name": "orders",
        "metric": "Errors",
        "aws_region": "eu-central-1",
    }
    assert (event["environment"], event["release"]) == ("production", "shop@1.2.3")
    context = event["contexts"]["alarm"]
    assert context["reason"].startswith("Threshold Crossed")
    assert context["recent_datapoints"] == [4.0]
    assert context["threshold"] == 1.0
    assert context["description"] == "invocations fail"
    assert event["extra"]["cloudwatch alarm"]["url"] == (
        f"https://console.aws.amazon.com/cloudwatch/home?region=eu-central-1#alarmsV2:alarm/{NAME}"
    )


@pytest.mark.parametrize(
    ("description", "level"),
    [
        ("invocations fail", "error"),
        ("invocations fail. Severity: critical", "fatal"),
        ("Severity: warning. invocations are slow", "warning"),
        (None, "error"),
    ],
)
def test_the_level_of_an_event_is_the_severity_that_the_description_names(sink, description, level) -> None:
    handler.handler(change(description=description), None)

    (event,) = sink.wait_for_events(1)
    assert event["level"] == level


@pytest.mark.parametrize("state", ["OK", "INSUFFICIENT_DATA"])
def test_the_end_of_an_alarm_is_an_info_event_in_the_same_issue(sink, state) -> None:
    handler.handler(change(), None)
    handler.handler(change(state, "ALARM"), None)

    alarm, end = sink.wait_for_events(2)
    assert end["level"] == "info"
    assert end["fingerprint"] == alarm["fingerprint"]
    assert end["tags"]["alarm_state"] == state


@pytest.mark.parametrize(("state", "previous"), [("OK", "INSUFFICIENT_DATA"), ("INSUFFICIENT_DATA", "OK")])
def test_an_alarm_that_was_just_made_says_nothing(sink, state, previous) -> None:
    assert handler.handler(change(state, previous), None) == {"sent": 0}
    assert sink.request_count == 0


@pytest.mark.parametrize("data", ["", "no JSON", "[]", None])
def test_an_alarm_without_readable_data_is_an_issue_all_the_same(sink, data) -> None:
    assert handler.handler(change(reasonData=data), None) == {"sent": 1}


def test_an_alarm_told_of_twice_is_one_event(sink) -> None:
    handler.handler(change(), None)
    handler.handler(change(), None)

    assert len(sink.wait_for_events(1)) == 1


def test_what_is_no_change_of_state_is_raised(sink) -> None:
    with pytest.raises(KeyError):
        handler.handler({**change(), "detail": {}}, None)
