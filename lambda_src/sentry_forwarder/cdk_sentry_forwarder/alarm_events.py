"""The Sentry event of an alarm's change of state, as EventBridge tells it.

Form: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping
from typing import Any

from cdk_sentry_forwarder import console
from cdk_sentry_forwarder.event_ids import id_of

DETAIL_TYPE = "CloudWatch Alarm State Change"
_SEVERITY = re.compile(r"\bseverity: *(?P<severity>critical|warning)\b", re.IGNORECASE)
_LEVELS = {"critical": "fatal", "warning": "warning"}
_MAX_TAG_VALUE = 200


def event_of_alarm(change: Mapping[str, Any]) -> dict[str, Any] | None:
    """The event of a change of state, or None where nobody needs to know.

    Going into ALARM is an event of the alarm's severity, `error` where its description names none; leaving ALARM is
    one of level `info` in the same issue. Others are not: each alarm goes from INSUFFICIENT_DATA to OK when made.

    Args:
        change: EventBridge's event, detail-type "CloudWatch Alarm State Change".

    Raises:
        KeyError, TypeError, AttributeError: it is no such event; it is for the dead-letter queue then.
    """
    detail = change["detail"]
    name, state = str(detail["alarmName"]), detail["state"]
    previous = detail.get("previousState") or {}
    is_alarm = state["value"] == "ALARM"
    if not is_alarm and previous.get("value") != "ALARM":
        return None
    configuration = detail.get("configuration") or {}
    metric = dict(_metric(configuration))
    region = str(change.get("region") or os.environ.get("AWS_REGION", ""))
    data = _reason_data(state)
    return {
        "event_id": id_of(change["id"]),
        "timestamp": str(change["time"]),
        "level": _level(configuration) if is_alarm else "info",
        "logger": "cdk-sentry.alarm",
        "platform": "other",
        "environment": os.environ.get("SENTRY_ENVIRONMENT"),
        "release": os.environ.get("SENTRY_RELEASE"),
        "server_name": metric.get("FunctionName") or name,
        "fingerprint": ["cdk-sentry-alarm", *(str(arn) for arn in change.get("resources") or [name])],
        "logentry": {"message": name, "formatted": f"{name}: {state['value']}"},
        "tags": dict(_tags(name, state, metric, region)),
        "contexts": {
            "alarm": {
                "description": configuration.get("description"),
                "state": state["value"],
                "previous_state": previous.get("value"),
                "reason": state.get("reason"),
                "threshold": data.get("threshold"),
                "period_s": data.get("period"),
                "statistic": data.get("statistic"),
                "recent_datapoints": data.get("recentDatapoints"),
                "evaluated_datapoints": data.get("evaluatedDatapoints"),
                "metric": metric,
            }
        },
        "extra": {"cloudwatch alarm": {"url": console.alarm_link(region, name)}},
    }


def _tags(name: str, state: Mapping[str, Any], metric: Mapping[str, str], region: str) -> Iterator[tuple[str, str]]:
    known = {
        "service": os.environ.get("SENTRY_SERVICE"),
        "alarm_name": name,
        "alarm_state": state["value"],
        "function_name": metric.get("FunctionName"),
        "metric": metric.get("name"),
        "aws_region": region,
    }
    return ((tag, str(value)[:_MAX_TAG_VALUE]) for tag, value in known.items() if value)


def _level(configuration: Mapping[str, Any]) -> str:
    found = _SEVERITY.search(str(configuration.get("description") or ""))
    return _LEVELS[found["severity"].lower()] if found else "error"


def _metric(configuration: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Name, namespace and dimensions of the first metric; an alarm on an expression may have several."""
    for each in configuration.get("metrics") or []:
        metric = (each.get("metricStat") or {}).get("metric") or {}
        if metric:
            yield "name", str(metric.get("name"))
            yield "namespace", str(metric.get("namespace"))
            yield from ((str(key), str(value)) for key, value in (metric.get("dimensions") or {}).items())
            return


def _reason_data(state: Mapping[str, Any]) -> Mapping[str, Any]:
    """The JSON that CloudWatch puts into `reasonData` as text."""
    try:
        data = json.loads(state.get("reasonData") or "{}")
    except (ValueError, TypeError, RecursionError):
        return {}
    return data if isinstance(data, Mapping) else {}
