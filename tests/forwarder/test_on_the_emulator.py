"""The forwarder as it is deployed, under AWS's own runtime client and emulator."""

import pytest

from cdk_sentry.assets import LAMBDA_SRC, LAYER_CACHE
from cdk_sentry.faults.forwarder import SOURCE
from cdk_sentry.layers.build import build_python_layer
from tests.forwarder.local_aws import BEGAN_MS, delivery
from tests.harness.function_process import FunctionConfig
from tests.harness.rie import RuntimeInterfaceEmulator
from tests.harness.sink import Sink, refusing_dsn

REQUEST = "8f507cfc-4c1b-4697-b07a-ac58fc914c95"
LINE = f"2026-11-21T09:14:07.412Z {REQUEST} Task timed out after 3.00 seconds\n\n"


@pytest.fixture
def forwarder(tmp_path):
    """The function's code is what the construct writes inline; all else is in the layer."""
    (tmp_path / "index.py").write_text("from cdk_sentry_forwarder.handler import handler\n")
    layer = build_python_layer(LAMBDA_SRC / SOURCE, LAYER_CACHE).directory / "python"

    def configured(dsn: str) -> FunctionConfig:
        # Nothing answers where AWS would be: a fault is reported all the same.
        environment = {"SENTRY_DSN": dsn, "AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_MAX_ATTEMPTS": "1"}
        return FunctionConfig("index.handler", task_root=tmp_path, layer=layer, environment=environment, timeout_s=60)

    return configured


def test_a_fault_reaches_sentry_from_the_deployed_code_alone(forwarder) -> None:
    with Sink() as sink, RuntimeInterfaceEmulator(forwarder(sink.dsn)) as rie:
        answer = rie.invoke(delivery([(BEGAN_MS, LINE)]))

        assert answer.result == {"sent": 1}
        (event,) = sink.wait_for_events(1)
    assert event["exception"]["values"][0]["value"] == "Task timed out after 3.00 seconds"
    assert event["contexts"]["lambda"]["aws_request_id"] == REQUEST


def test_an_event_that_does_not_arrive_is_an_error_of_the_function_which_lambda_repeats(forwarder) -> None:
    with refusing_dsn() as dsn, RuntimeInterfaceEmulator(forwarder(dsn)) as rie:
        answer = rie.invoke(delivery([(BEGAN_MS, LINE)])).result

    assert answer["errorType"] == "ForwardingError"


def test_what_is_no_delivery_is_an_error_of_the_function(forwarder) -> None:
    with Sink() as sink, RuntimeInterfaceEmulator(forwarder(sink.dsn)) as rie:
        assert rie.invoke({"awslogs": {"data": "none"}}).result["errorType"] == "MalformedDeliveryError"
