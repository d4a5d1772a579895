"""Each check on functions of which one thing is not as it should be."""

import datetime as dt
from typing import Any

import pytest

from cdk_sentry.cli.audit.answer import Unread
from cdk_sentry.cli.audit.checks import CHECKS, environment, release
from cdk_sentry.cli.audit.dsns import DsnPlace
from cdk_sentry.cli.audit.function import Function
from cdk_sentry.cli.audit.instrumentation import KIT_HANDLER, KIT_PRELOAD
from cdk_sentry.cli.audit.inventory import Subscription
from cdk_sentry.cli.stacks import Resource
from cdk_sentry.environment import _is_valid as is_environment_of_the_construct
from cdk_sentry.errors import Problems
from cdk_sentry.functions.handler import PYTHON_BOOTSTRAP
from cdk_sentry.functions.nodejs import PRELOAD
from cdk_sentry.release import Release
from tests.cli.audit.builders import (
    KIT_LAYER,
    OTHER_LAYER,
    PUBLIC_LAYER,
    answer,
    configuration,
    found,
    monitored,
    stack,
    subject,
)

DENIED = Unread("not allowed: lambda:GetLayerVersion")
GROUP = "/aws/lambda/shop"
FORWARDER = "arn:aws:lambda:eu-central-1:111122223333:function:forwarder"
SUBSCRIPTION = Subscription("cdk-sentry-1", FORWARDER, [GROUP])
PARAMETER = DsnPlace("ssm", "/Sentry/Dsn")
PUBLIC_ENTRY = "sentry_sdk.integrations.init_serverless_sdk.sentry_lambda_handler"


def image(*, command: str = "", **variables: str) -> Any:
    """A container image, which has neither handler nor runtime nor layers."""
    said: dict[str, Any] = {"ImageConfigResponse": {"ImageConfig": {"Command": [command]}}} if command else {}
    known = monitored(variables=variables, PackageType="Image", **said)
    return {name: value for name, value in known.items() if name not in {"Handler", "Runtime", "Layers"}}


GO = monitored(Handler="bootstrap", Runtime="provided.al2023", Layers=[])


def public(*, runtime: str = "python3.13", **variables):
    told = {
        "SENTRY_DSN": "https://key@o1.ingest.sentry.io/17",
        "SENTRY_ENVIRONMENT": "production",
        "SENTRY_RELEASE": "shop@1",
        "SENTRY_INITIAL_HANDLER": "shop.handler",
        "SENTRY_TRACES_SAMPLE_RATE": "0.1",
        **variables,
    }
    known = {name: value for name, value in told.items() if value is not None}
    return configuration(variables=known, Handler=PUBLIC_ENTRY, Layers=[{"Arn": PUBLIC_LAYER}], Runtime=runtime)


def test_there_is_nothing_to_say_of_a_function_that_is_as_the_kit_leaves_it():
    assert found(subject(monitored())) == {}


def test_the_kit_is_known_by_what_the_construct_writes():
    assert (KIT_HANDLER, KIT_PRELOAD) == (PYTHON_BOOTSTRAP, PRELOAD)


def test_every_check_explains_itself():
    assert len({each.id for each in CHECKS}) == len(CHECKS)
    for check in CHECKS:
        assert all((check.title, check.meaning, check.why, check.how, check.remedy))


@pytest.mark.parametrize(
    ("described", "expected"),
    [
        pytest.param(configuration(), {"monitored": "warning"}, id="nobody"),
        pytest.param(monitored(Layers=[]), {"monitored": "error"}, id="layer removed"),
        pytest.param(
            monitored(Layers=[{"Arn": OTHER_LAYER}]), {"monitored": "unknown"}, id="another layer in its place"
        ),
        pytest.param(monitored(Handler="shop.handler"), {"monitored": "error"}, id="handler taken back"),
        pytest.param(image(command=KIT_HANDLER), {}, id="image that holds the layer"),
        pytest.param(image(NODE_OPTIONS=KIT_PRELOAD), {}, id="image that holds the Node.js layer"),
        pytest.param(image(), {"monitored": "unknown"}, id="image of which nothing is said"),
        pytest.param(
            monitored(Handler="shop.handler", Layers=[]), {"monitored": "warning"}, id="handler and layer taken back"
        ),
        pytest.param(
            monitored(Handler="index.handler", Runtime="nodejs22.x"), {"monitored": "error"}, id="no preload in Node.js"
        ),
        pytest.param(
            monitored(Handler="x", Runtime="nodejs22.x", variables={"NODE_OPTIONS": "-r cdk_sentry_layer"}),
            {},
            id="preload in Node.js",
        ),
        pytest.param(
            monitored(Handler="bootstrap", Runtime="provided.al2023", Layers=[]), {"monitored": "unknown"}, id="Go"
        ),
        pytest.param(public(), {"layer-version": "unknown"}, id="public layer"),
        pytest.param(
            public(SENTRY_INITIAL_HANDLER=None),
            {"monitored": "error", "layer-version": "unknown"},
            id="public layer that knows no handler",
        ),
        pytest.param(
            configuration(variables={"SENTRY_DSN": "https://k@h/1", "SENTRY_ENVIRONMENT": "p", "SENTRY_RELEASE": "1"}),
            {"monitored": "unknown"},
            id="own SDK, perhaps",
        ),
        pytest.param(
            configuration(Environment={"Error": {"ErrorCode": "AccessDeniedException", "Message": "kms"}}),
            {"monitored": "unknown"},
            id="encrypted environment",
        ),
    ],
)
def test_who_watches_it(described, expected):
    assert found(subject(described)) == expected


def test_a_function_without_a_layer_is_watched_when_the_forwarder_reads_its_log():
    of_forwarder = {"declared_subscriptions": {GROUP: SUBSCRIPTION}}
    there = {GROUP: [{"filterName": "cdk-sentry-1", "destinationArn": FORWARDER}]}

    assert found(subject(GO, **of_forwarder, subscriptions=there)) == {}


def test_a_layer_that_may_not_be_read_leaves_the_question_open():
    given = answer("monitored", subject(monitored(), layers={KIT_LAYER: DENIED}))
    assert given.status == "unknown"
    assert "lambda:GetLayerVersion" in given.summary


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("cdk-sentry 0.0.9 for Python, sentry-sdk 2.75.0", "warning"),
        ("cdk-sentry 0.1.0 for Python, sentry-sdk 2.9.0", "warning"),
        ("cdk-sentry 0.0.9 for Nodejs, @sentry/node-core 10.75.0", "warning"),
        ("cdk-sentry 99.0.0 for Python, sentry-sdk 99.0.0", "ok"),
    ],
)
def test_a_layer_is_compared_with_those_that_the_command_comes_with(description, expected):
    given = answer("layer-version", subject(monitored(), layers={KIT_LAYER: description}))
    assert str(given.severity or given.status) == expected


@pytest.mark.parametrize("dsn", ["", "https://o1.ingest.sentry.io/17", "key"])
def test_a_dsn_that_is_none_is_an_error_and_is_not_repeated(dsn):
    given = answer("dsn", subject(monitored(variables={"SENTRY_DSN": dsn})))
    assert given.severity == "error"
    assert not dsn or dsn not in given.summary


def test_a_dsn_is_never_shown():
    given = answer("dsn", subject(monitored(variables={"SENTRY_DSN": "https://hush@o1.ingest.sentry.io/17"})))
    assert given.status == "ok"
    assert "hush" not in f"{given}"


@pytest.mark.parametrize(
    ("at_its_place", "expected"),
    [("", "ok"), ("it does not exist", "error"), (Unread("not allowed: ssm:GetParameter"), "unknown")],
)
def test_a_dsn_that_is_read_at_run_time_is_looked_up(at_its_place, expected):
    described = monitored(without="SENTRY_DSN", variables={"SENTRY_DSN_SSM_PARAMETER": "/Sentry/Dsn"})
    given = answer("dsn", subject(described, dsns={PARAMETER: at_its_place}))
    assert str(given.severity or given.status) == expected


@pytest.mark.parametrize("check_id", ["environment", "release"])
def test_what_an_event_is_filtered_by_is_wanted(check_id):
    assert found(subject(monitored(without=f"SENTRY_{check_id.upper()}"))) == {check_id: "warning"}
    assert found(subject(monitored(variables={f"SENTRY_{check_id.upper()}": "a/b"}))) == {check_id: "warning"}


@pytest.mark.parametrize("text", ["prod", "a b", "a/b", "None", "x" * 64, "x" * 65, "Ä", "a\nb"])
def test_an_environment_is_judged_as_the_construct_does(text):
    assert bool(environment._VALID.fullmatch(text)) == is_environment_of_the_construct(text)


@pytest.mark.parametrize("text", ["1", "a@1", "a/b", "a\\b", "a\tb", ".", "..", "latest", " ", "x" * 200, "x" * 201])
def test_a_release_is_judged_as_the_construct_does(text):
    problems = Problems("a release")
    Release.literal(text).check(problems)
    assert bool(release._VALID.fullmatch(text)) == (not problems._found)


def test_of_one_stack_the_odd_release_is_named():
    home = stack()
    functions = [
        Function(monitored(name, variables={"SENTRY_RELEASE": value}), home, None)
        for name, value in (("shop", "shop@1"), ("b", "shop@2"), ("c", "shop@2"))
    ]
    assert "2 of 3 functions of its stack have shop@2" in answer("same-release", subject(*functions)).summary
    assert answer("same-release", subject(*reversed(functions))).status == "ok"


@pytest.mark.parametrize(
    ("described", "expected"),
    [
        (monitored(variables={"SENTRY_SAMPLE_RATE": "0"}), "warning"),
        (monitored(variables={"SENTRY_TRACES_SAMPLE_RATE": "10%"}), "warning"),
        (monitored(variables={"SENTRY_TRACES_SAMPLE_RATE": "0.1"}), "ok"),
        (public(SENTRY_TRACES_SAMPLE_RATE=None), "error"),
        (public(runtime="nodejs22.x", SENTRY_TRACES_SAMPLE_RATE=None), "ok"),
    ],
)
def test_rates_let_something_through(described, expected):
    given = answer("sample-rate", subject(described))
    assert str(given.severity or given.status) == expected


@pytest.mark.parametrize(
    ("groups", "logging", "expected"),
    [
        ({GROUP: None}, {}, {"log-retention": "warning"}),
        ({}, {}, {"log-group": "warning"}),
        ({}, {"LoggingConfig": {"LogGroup": "shop-log"}}, {"log-group": "error"}),
        ({"shop-log": 30}, {"LoggingConfig": {"LogGroup": "shop-log"}}, {}),
        (Unread("not allowed: logs:DescribeLogGroups"), {}, {"log-group": "unknown"}),
    ],
)
def test_its_log_is_there_and_expires(groups, logging, expected):
    assert found(subject(monitored(**logging), log_groups=groups)) == expected


@pytest.mark.parametrize(
    ("subscriptions", "expected"),
    [
        ({GROUP: [{"filterName": "cdk-sentry-1", "destinationArn": FORWARDER}]}, {}),
        ({GROUP: [{"filterName": "other", "destinationArn": FORWARDER}]}, {"log-subscription": "error"}),
        ({GROUP: [{"filterName": "cdk-sentry-1", "destinationArn": "arn:x"}]}, {"log-subscription": "error"}),
        ({GROUP: Unread("not allowed")}, {"log-subscription": "unknown"}),
        ({}, {"log-subscription": "error"}),
    ],
)
def test_the_forwarder_reads_its_log(subscriptions, expected):
    about = subject(monitored(), declared_subscriptions={GROUP: SUBSCRIPTION}, subscriptions=subscriptions)
    assert found(about) == expected


def test_a_deprecated_runtime_is_a_warning():
    assert found(subject(monitored(Runtime="python3.8"))) == {"runtime-deprecated": "warning"}


PROPERTIES: dict[str, Any] = {
    "Handler": "cdk_sentry_layer.bootstrap.handler",
    "Runtime": "python3.13",
    "Layers": [{"Ref": "PythonLayer"}],
    "Environment": {
        "Variables": {
            "SENTRY_DSN": {"Ref": "Dsn"},
            "SENTRY_ENVIRONMENT": "production",
            "SENTRY_RELEASE": {"Fn::Sub": "${AWS::StackName}@1"},
            "SENTRY_TAGS": '{"service": "shop"}',
            "SENTRY_INITIAL_HANDLER": "shop.handler",
        }
    },
}
DEPLOYED_AT = dt.datetime(2026, 11, 20, 10, 0, 30, tzinfo=dt.UTC)


def deployed(described, *, updated=DEPLOYED_AT, **changed):
    template = {
        "Parameters": {"Dsn": {"Type": "AWS::SSM::Parameter::Value<String>"}},
        "Resources": {"Shop": {"Type": "AWS::Lambda::Function", "Properties": {**PROPERTIES, **changed}}},
    }
    own = Resource("shop", "AWS::Lambda::Function", "Shop", "shop", "CREATE_COMPLETE", updated)
    layer = Resource("shop", "AWS::Lambda::LayerVersion", "PythonLayer", KIT_LAYER, "CREATE_COMPLETE")
    parameter = {
        "ParameterKey": "Dsn",
        "ParameterValue": "/Sentry/Dsn",
        "ResolvedValue": "https://key@o1.ingest.sentry.io/17",
    }
    return Function(described, stack(template, (own, layer), name="shop", Parameters=[parameter]), own)


@pytest.mark.parametrize(
    ("described", "difference"),
    [
        (monitored(Timeout=30), "Timeout is 30, template says 3"),
        (monitored(MemorySize=512), "MemorySize is 512, template says 128"),
        (monitored(Runtime="python3.12"), "Runtime is python3.12, template says python3.13"),
        (monitored(Layers=[{"Arn": KIT_LAYER}, {"Arn": OTHER_LAYER}]), "number of layers is 2, template says 1"),
        (monitored(Layers=[{"Arn": OTHER_LAYER}]), f"layer 1 is {OTHER_LAYER}, template says {KIT_LAYER}"),
        (monitored(variables={"EXTRA": "hush"}), "variable EXTRA added"),
        (monitored(without="SENTRY_TAGS"), "variable SENTRY_TAGS removed"),
        (monitored(variables={"SENTRY_ENVIRONMENT": "hush"}), "variable SENTRY_ENVIRONMENT differs"),
    ],
)
def test_what_was_edited_by_hand_is_named_without_the_values_of_variables(described, difference):
    given = answer("drift", subject(deployed(described)))
    assert given.severity == "warning"
    assert given.evidence["differences"] == [difference]
    assert "hush" not in f"{given}"


def test_a_function_that_is_as_its_template_says_has_not_drifted():
    given = answer("drift", subject(deployed(monitored())))
    assert given.status == "ok"
    assert given.evidence["not_compared"] == []
    assert given.evidence["compared"] == 10


def test_what_cloudformation_alone_knows_is_listed_and_not_held_against_it():
    variables = {**PROPERTIES["Environment"]["Variables"], "SECRET": "{{resolve:secretsmanager:shop}}"}
    function = deployed(monitored(variables={"SECRET": "hush"}), Environment={"Variables": variables})
    given = answer("drift", subject(function))
    assert given.status == "ok"
    assert given.evidence["not_compared"] == ["variable SECRET"]


def test_a_function_that_was_changed_after_cloudformation_changed_it_is_named():
    early = DEPLOYED_AT - dt.timedelta(hours=1)
    given = answer("drift", subject(deployed(monitored(), updated=early)))
    assert given.severity == "warning"
    assert "its code" in given.summary


def test_a_template_that_may_not_be_read_leaves_drift_open():
    function = deployed(monitored())
    function.stack.template = Unread("not allowed: cloudformation:GetTemplate")
    assert answer("drift", subject(function)).status == "unknown"


def test_a_function_of_no_stack_cannot_have_drifted():
    assert answer("drift", subject(monitored())) is None
