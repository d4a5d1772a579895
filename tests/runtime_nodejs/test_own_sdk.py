"""A function that brings Sentry's SDK keeps it: its settings, its events, nothing twice."""

import os

from tests.runtime_nodejs.function import exception_of
from tests.runtime_nodejs.node_runtime import tools


def own_sdk(start, handler, **variables):
    """A function whose packages hold `@sentry/aws-serverless`."""
    return start(handler, SENTRY_SDKS=os.fspath(tools()), **variables)


def test_a_function_that_initialises_its_own_sdk_keeps_its_settings_and_reports_once(start, sink):
    own_sdk(start, "own_sdk.initialised", OWN_DSN=sink.dsn).call({"fail": "x"})
    error, message = sorted(sink.wait_for_events(2), key=lambda event: "message" in event)
    assert message["message"] == "from the handler"
    assert exception_of(error) == ("RangeError", "x")
    for event in (message, error):
        assert event["environment"] == "of-the-function"
        assert event["tags"]["own"] == "tag"
        assert event["tags"]["function_name"] == "checkout", "the vocabulary is added"
    assert len(sink.events) == 2


def test_a_handler_that_the_function_wraps_itself_is_reported_once(start, sink):
    own_sdk(start, "own_sdk.wrapped", OWN_DSN=sink.dsn).call({"fail": "x"})
    sink.wait_for_events(1)
    assert [exception_of(event) for event in sink.events] == [("RangeError", "x")]


def test_an_sdk_that_the_function_requires_and_does_not_initialise_is_initialised(start, sink):
    function = own_sdk(start, "own_sdk.uninitialised", SENTRY_ENVIRONMENT="production")
    function.call()
    (event,) = sink.wait_for_events(1)
    assert (event["message"], event["environment"]) == ("from the handler", "production")
    assert event["tags"]["function_name"] == "checkout"


def test_what_the_function_captures_itself_is_sent_before_the_environment_freezes(start, sink):
    """Its handler does not flush."""
    function = own_sdk(start, "own_sdk.initialised", OWN_DSN=sink.dsn)
    function.call()
    assert [event["message"] for event in sink.events] == ["from the handler"]
