"""Node.js functions get the layer by NODE_OPTIONS; their handlers stay as they are."""

import aws_cdk as cdk
import pytest
from aws_cdk import aws_lambda as lambda_

from cdk_sentry import Layers, Reporting, SentryMonitoring
from cdk_sentry.errors import ConfigurationError
from tests.synth.apps import (
    function,
    monitored_from_inside,
    properties_of,
    resources_of,
    stack,
    template_of,
    variables_of,
    warnings_of,
)

ARN = "arn:aws:lambda:eu-central-1:123456789012:layer:sentry-nodejs:3"
PRELOAD = "-r cdk_sentry_layer"


def node_function(scope, construct_id="Node", **properties):
    """A Node.js function as a user would write it."""
    defaults = {
        "runtime": lambda_.Runtime.NODEJS_22_X,
        "handler": "index.handler",
        "code": lambda_.Code.from_inline("exports.handler = async (event) => event;"),
    }
    return function(scope, construct_id, **{**defaults, **properties})


def monitored(app, **arguments):
    """The template with every function monitored."""
    monitored_from_inside(app, **arguments)
    return template_of(app)


@pytest.mark.parametrize(
    "runtime",
    [
        lambda_.Runtime.NODEJS_20_X,
        lambda_.Runtime.NODEJS_22_X,
        lambda_.Runtime("nodejs24.x", lambda_.RuntimeFamily.NODEJS, supports_inline_code=True),
    ],
    ids=lambda runtime: runtime.name,
)
def test_a_node_function_gets_the_layer_and_keeps_its_handler(runtime):
    app = stack()
    node = node_function(app, runtime=runtime)
    template = monitored(app)
    properties = properties_of(template, node)
    (layer,) = resources_of(template, "AWS::Lambda::LayerVersion")
    assert properties["Layers"] == [{"Ref": layer}]
    assert properties["Handler"] == "index.handler"
    assert variables_of(template, node)["NODE_OPTIONS"] == PRELOAD
    assert variables_of(template, node)["SENTRY_INITIAL_HANDLER"] == "index.handler"
    assert "SENTRY_DSN" in variables_of(template, node)
    assert not [text for text in warnings_of(app) if "no-layer" in text]


def test_what_the_user_has_in_node_options_stays_and_stays_first():
    app = stack()
    node = node_function(app, environment={"NODE_OPTIONS": "--enable-source-maps"})
    assert variables_of(monitored(app), node)["NODE_OPTIONS"] == f"--enable-source-maps {PRELOAD}"


def test_node_options_that_are_known_at_deployment_only_are_joined_then():
    app = stack()
    options = cdk.CfnParameter(app, "Options")
    node = node_function(app, environment={"NODE_OPTIONS": options.value_as_string})
    assert variables_of(monitored(app), node)["NODE_OPTIONS"] == {"Fn::Join": ["", [{"Ref": "Options"}, f" {PRELOAD}"]]}


def test_a_node_path_of_the_user_s_own_still_leads_to_the_layer():
    """AWS's bootstrap sets NODE_PATH only where the function does not; without the layer in it Node.js would end."""
    app = stack()
    node = node_function(app, environment={"NODE_PATH": "/opt/shared"})
    assert variables_of(monitored(app), node)["NODE_PATH"] == "/opt/shared:/opt/nodejs/node_modules"


def test_python_and_node_functions_of_a_stack_share_one_layer_each():
    app = stack()
    for number in range(2):
        function(app, f"Python{number}")
        node_function(app, f"Node{number}")
    assert len(resources_of(monitored(app), "AWS::Lambda::LayerVersion")) == 2


def test_a_function_that_loads_sentry_s_own_sdk_by_node_options_is_left_as_it_is_with_a_warning():
    app = stack()
    own = "-r @sentry/aws-serverless/awslambda-auto"
    node = node_function(app, environment={"NODE_OPTIONS": own})
    template = monitored(app)
    assert "Layers" not in properties_of(template, node)
    assert variables_of(template, node)["NODE_OPTIONS"] == own
    assert any("cdk_sentry:instrumented-already" in text for text in warnings_of(app))


def test_a_runtime_that_aws_has_retired_gets_no_layer_but_a_warning_with_the_ones_that_do():
    app = stack()
    node = node_function(app, runtime=lambda_.Runtime.NODEJS_18_X)
    template = monitored(app)
    assert "Layers" not in properties_of(template, node)
    (warning,) = [text for text in warnings_of(app) if "cdk_sentry:runtime-unsupported" in text]
    assert "nodejs20.x, nodejs22.x, nodejs24.x" in warning


def test_a_published_layer_is_referred_to_and_the_other_language_s_is_still_deployed():
    app = stack()
    node, python = node_function(app), function(app)
    template = monitored(app, layers=Layers.arn(nodejs=ARN))
    assert properties_of(template, node)["Layers"] == [ARN]
    (layer,) = resources_of(template, "AWS::Lambda::LayerVersion")
    assert properties_of(template, python)["Layers"] == [{"Ref": layer}]


@pytest.mark.parametrize("arguments", [{}, {"nodejs": "sentry"}])
def test_published_layers_that_are_none_are_refused(arguments):
    with pytest.raises(ConfigurationError, match="layers="):
        SentryMonitoring(stack(), "Sentry", layers=Layers.arn(**arguments))


def test_console_errors_make_events_only_when_asked_for():
    app = stack()
    quiet, loud = node_function(app, "Quiet"), node_function(app, "Loud")
    monitoring = monitored_from_inside(app)
    monitoring.configure(loud, reporting=Reporting(console_error_events=True))
    template = template_of(app)
    assert "SENTRY_CONSOLE_ERROR_EVENTS" not in variables_of(template, quiet)
    assert variables_of(template, loud)["SENTRY_CONSOLE_ERROR_EVENTS"] == "true"
