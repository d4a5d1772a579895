"""What Sentry hears of the deployed functions."""

import json
import subprocess

import pytest

from demo.accounting import is_whole
from demo.ministack import interpreter
from demo.sentry_inbox import tags_of, title
from tests.local_cloud.conftest import Cloud, Traffic

pytestmark = pytest.mark.xdist_group("local_cloud")


def test_each_quarantined_record_is_an_event_in_sentry(cloud: Cloud, shipped_traffic: Traffic) -> None:
    events = cloud.wait_for_function_events(shipped_traffic.accounts.to_quarantine)
    validator = cloud.function_name("Validate")

    quarantined = [event for event in events if title(event).startswith("record quarantined")]

    assert len(quarantined) == shipped_traffic.accounts.to_quarantine
    assert {tags_of(event)["function_name"] for event in quarantined} == {validator}


def test_every_event_carries_the_whole_vocabulary(cloud: Cloud, shipped_traffic: Traffic) -> None:
    events = cloud.wait_for_function_events(shipped_traffic.accounts.to_quarantine)
    variables = cloud.variables()

    assert [event for event in events if not is_whole(event, variables)] == []


@pytest.mark.parametrize("function", ["Ingest", "Validate"])
def test_an_uncaught_error_reaches_sentry_and_the_caller_alike(cloud: Cloud, function: str) -> None:
    name = cloud.function_name(function)

    answer = cloud.client("lambda").invoke(FunctionName=name, Payload=b"[]")  # no event source sends a list

    assert answer["FunctionError"] == "Unhandled"
    message = json.loads(answer["Payload"].read())["errorMessage"]
    event = cloud.wait_for_event(function, message)
    assert event["exception"]["values"][-1]["value"] == message
    assert is_whole(event, cloud.variables())


def test_a_call_without_errors_says_nothing_to_sentry(cloud: Cloud, shipped_traffic: Traffic) -> None:
    cloud.wait_for_function_events(shipped_traffic.accounts.to_quarantine)
    before = cloud.sentry.request_count

    shipped_traffic.accounts.history("nobody")

    assert cloud.sentry.request_count == before


def test_the_sdk_that_reports_is_the_layers(cloud: Cloud, shipped_traffic: Traffic) -> None:
    """The interpreter that runs the functions has none of its own."""
    found = subprocess.run([interpreter(), "-c", "import sentry_sdk"], capture_output=True, text=True, check=False)

    assert "ModuleNotFoundError" in found.stderr
    assert cloud.wait_for_function_events(shipped_traffic.accounts.to_quarantine)
