"""Whatever somebody may write by mistake is refused in the kit's words, before CDK or Python fail in theirs."""

import json
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import Duration
from aws_cdk import aws_sns as sns
from constructs import Construct

from cdk_sentry import (
    Alarms,
    ConfigurationError,
    Dsn,
    Faults,
    Layers,
    Notify,
    Release,
    Reporting,
    Select,
    SentryMonitoring,
    Url,
)
from tests.synth.apps import function, monitored_from_inside, resources_of, stack, template_of, variables_of

PARAMETER_ARN = "arn:aws:ssm:eu-central-1:111122223333:parameter/Sentry/Dsn"
LAYER_ARN = "arn:aws:lambda:eu-central-1:111122223333:layer:sentry"


def untyped(value: Any) -> Any:
    """What no type checker would let through, which is what these tests are about."""
    return value


# In order: what is given, what the message names it as, and what else it says.
REFUSED: list[tuple[dict[str, Any], str, str]] = [
    # A text is a list of letters to Python, and '*' is a pattern for everything.
    ({"exclude": "*/Legacy*"}, "exclude='*/Legacy*'", "Write exclude=['*/Legacy*']"),
    ({"include": "Shop/*"}, "include='Shop/*'", "Write include=['Shop/*']"),
    ({"include": 5}, "include=5", "a list of path patterns"),
    ({"exclude": None}, "exclude=None", "a list of path patterns"),
    ({"exclude": [None]}, "exclude=None", "a list of path patterns"),
    ({"exclude": [Select.path(untyped(None))]}, "exclude=None", "a path pattern"),
    ({"exclude": [Select.tag("")]}, "exclude=", "the key of an AWS tag"),
    # What Python takes for nothing is not what is left out.
    ({"alarms": False}, "alarms=False", "Alarms.none()"),
    ({"alarms": []}, "alarms=[]", "Alarms.none()"),
    ({"faults": False}, "faults=False", "Faults.none()"),
    ({"reporting": {}}, "reporting={}", "Reporting("),
    ({"dsn": ""}, "dsn=''", "Dsn.from_ssm("),
    ({"layers": ""}, "layers=''", "Layers.arn("),
    ({"release": 0}, "release=0", "Release.literal("),
    ({"service": 0}, "service=0", "text"),
    ({"tags": []}, "tags=[]", "a dict"),
    # What Python takes for true is not True.
    ({"timeout_warning": "no"}, "timeout_warning='no'", "True or False"),
    ({"reporting": Reporting(send_default_pii=untyped("no"))}, "reporting.send_default_pii='no'", "True or False"),
    (
        {"reporting": Reporting(console_error_events=untyped(0))},
        "reporting.console_error_events=0",
        "True or False",
    ),
    ({"alarms": Alarms(summary=untyped("no"))}, "alarms.summary='no'", "True or False"),
    ({"alarms": Alarms(notify_ok=untyped("no"))}, "alarms.notify_ok='no'", "True or False"),
    ({"alarms": Alarms(nested_stacks=untyped("no"))}, "alarms.nested_stacks='no'", "True, False or None"),
    ({"faults": Faults(enabled=untyped(None))}, "faults.enabled=None", "True or False"),
    ({"faults": Faults(untyped(5))}, "faults.enabled=5", "True or False"),
    ({"dsn": "/Sentry/Dsn"}, "dsn='/Sentry/Dsn'", "Dsn.from_ssm("),
    ({"dsn": "https://key@o1.ingest.sentry.io/1"}, "dsn=", "Dsn.literal("),
    ({"dsn": Dsn.from_ssm(untyped(None))}, "Dsn.from_ssm(None)", "the name of an SSM parameter"),
    ({"dsn": Dsn.from_secure_ssm(untyped(None))}, "Dsn.from_secure_ssm(None)", "the name of an SSM parameter"),
    ({"dsn": Dsn.from_secret(untyped(None))}, "Dsn.from_secret(None)", "the name of a secret"),
    ({"dsn": Dsn.literal(untyped(None))}, "Dsn.literal(None)", "public_key@host"),
    ({"dsn": Dsn.from_ssm("Sentry/Dsn")}, "Dsn.from_ssm('Sentry/Dsn')", "Write '/Sentry/Dsn'"),
    ({"dsn": Dsn.from_ssm(PARAMETER_ARN)}, "Dsn.from_ssm('arn:", "no ARN"),
    ({"dsn": Dsn.from_ssm("/Sentry/Dsn#1")}, "Dsn.from_ssm('/Sentry/Dsn#1')", "letters, digits"),
    ({"dsn": Dsn.from_ssm("/Sentry/{Service}")}, "Dsn.from_ssm('/Sentry/{Service}')", "in which {service} may stand"),
    ({"dsn": Dsn.from_secret("{Service}")}, "Dsn.from_secret('{Service}')", "in which {service} may stand"),
    ({"dsn": Dsn.from_secret("my secret")}, "Dsn.from_secret('my secret')", "without spaces"),
    ({"dsn": Dsn.from_ssm("/{service}/Dsn"), "service": "my shop"}, "service='my shop'", "letters, digits"),
    ({"environment": 5}, "environment=5", "characters without white space"),
    ({"service": 5}, "service=5", "text"),
    ({"service": "a\nb"}, r"service='a\nb'", "without newline"),
    ({"service_tag": ""}, "service_tag=''", "the key of an AWS tag"),
    ({"release": 1.4}, "release=1.4", "Release.literal("),
    ({"release": Release.literal(untyped(None))}, "Release.literal(None)", "1 to 200 characters"),
    ({"tags": ["a"]}, "tags=['a']", "a dict"),
    ({"sentry_organization": 5}, "sentry_organization=5", "a slug"),
    ({"alarms": True}, "alarms=True", "Alarms.none()"),
    ({"alarms": Alarms.none}, "alarms=", "Alarms.none()"),
    ({"alarms": Alarms(function_duration_anomaly=float("inf"))}, "alarms.function_duration_anomaly=inf", "a number"),
    ({"alarms": Alarms(severities=untyped(None))}, "alarms.severities=None", "a dict"),
    ({"alarms": Alarms(fleet_of=untyped(True))}, "alarms.fleet_of=True", "Alarms.fleet"),
    ({"alarms": Alarms.fleet(tag=untyped("ab"))}, "alarms.fleet(tag=)='ab'", "key and value"),
    ({"alarms": Alarms.fleet(errors=0)}, "alarms.fleet(errors=)=0", "a whole number"),
    ({"faults": True}, "faults=True", "Faults.none()"),
    ({"layers": LAYER_ARN}, "layers='arn:", "Layers.arn("),
    ({"layers": Layers.arn(python=LAYER_ARN)}, "Layers.arn(python='arn:", "NAME:VERSION"),
    ({"layers": Layers.arn(nodejs=untyped(5))}, "Layers.arn(nodejs=5)", "NAME:VERSION"),
    ({"traces_sample_rate": float("nan")}, "traces_sample_rate=nan", "a number from 0 to 1"),
    ({"traces_sample_rate": "0.1"}, "traces_sample_rate='0.1'", "a number from 0 to 1"),
    ({"reporting": Reporting(flush_timeout=untyped(1))}, "reporting.flush_timeout=1", "Duration.seconds(2)"),
    ({"notify": Notify.email("a@b.co")}, "notify=", "a list of Notify"),
    ({"notify": "a@b.co"}, "notify='a@b.co'", "a list of Notify"),
    ({"notify": ["a@b.co"]}, "notify='a@b.co'", "Notify.email("),
    ({"notify": None}, "notify=None", "leave it out for nobody"),
    ({"notify": [Notify.email(untyped(None))]}, "Notify.email(None)", "an e-mail address"),
    ({"notify": [Notify.topic(untyped("arn:aws:sns:x"))]}, "Notify.topic('arn:aws:sns:x')", "from_topic_arn"),
    ({"notify": [Notify.webhook(untyped(None))]}, "Notify.webhook(None)", "an https:// address"),
    ({"notify": [Notify.webhook("https://[")]}, "Notify.webhook('https://[')", "an https:// address"),
    ({"notify": [Notify.webhook(Url.from_ssm(untyped(None)))]}, "Url.from_ssm(None)", "the name of an SSM parameter"),
    ({"notify": [Notify.slack(untyped(None), "C12345678")]}, "Notify.slack(workspace_id=)=None", "an id of Slack"),
]


@pytest.mark.parametrize(("arguments", "named", "said"), REFUSED, ids=[named for _, named, _ in REFUSED])
def test_an_argument_that_cannot_be_used_is_refused_by_name(arguments, named, said):
    with pytest.raises(ConfigurationError) as refused:
        SentryMonitoring(stack(), "Sentry", **arguments)
    assert "1 problem\n" in str(refused.value)
    assert named in str(refused.value)
    assert said in str(refused.value)


def test_a_function_or_a_topic_is_none_of_a_list_of_rules_or_targets():
    scope = stack()
    with pytest.raises(
        ConfigurationError, match=r"(?s)notify=<.*a list of Notify.*exclude=<.*call \.exclude\(function"
    ):
        SentryMonitoring(
            scope, "Sentry", exclude=untyped([function(scope)]), notify=untyped([sns.Topic(scope, "Topic")])
        )


@pytest.mark.parametrize(
    ("settings", "named", "said"),
    [
        ({"release": "latest"}, "Release.literal('latest')", "not '.', '..' or 'latest'"),
        ({"release": "a/b"}, "Release.literal('a/b')", "without newline"),
        ({"release": ""}, "Release.literal('')", "1 to 200 characters"),
        ({"release": 1.4}, "release=1.4", "Release.literal("),
        ({"service": ""}, "service=''", "1 to 200 characters"),
        ({"service": None}, "service=None", "text"),
        ({"service": "my shop"}, "service='my shop'", "letters, digits"),
        ({"tags": None}, "tags=None", "a dict"),
        ({"alarms": None}, "alarms=None", "Alarms.none()"),
        ({"alarms": False}, "alarms=False", "Alarms.none()"),
        ({"dsn": None}, "dsn=None", "Dsn.from_ssm("),
        ({"reporting": None}, "reporting=None", "Reporting("),
        ({"timeout_warning": "no"}, "timeout_warning='no'", "True or False"),
    ],
)
def test_configure_refuses_what_the_constructor_refuses(settings, named, said):
    scope = stack()
    monitoring = SentryMonitoring(scope, "Sentry", dsn=Dsn.from_ssm("/Sentry/{service}/Dsn"))
    with pytest.raises(ConfigurationError) as refused:
        monitoring.configure(function(scope), **settings)
    assert named in str(refused.value)
    assert said in str(refused.value)


def test_configure_takes_a_release_as_the_constructor_does():
    scope = stack()
    named, unnamed = function(scope, "Named"), function(scope, "Unnamed")
    monitoring = monitored_from_inside(scope)
    monitoring.configure(named, release=Release.literal("shop@1"))
    monitoring.configure(unnamed, release=Release.none())
    template = template_of(scope)
    assert variables_of(template, named)["SENTRY_RELEASE"] == "shop@1"
    assert "SENTRY_RELEASE" not in variables_of(template, unnamed)


def test_a_path_or_a_name_is_no_construct():
    monitoring = SentryMonitoring(stack(), "Sentry")
    for call in (lambda: monitoring.configure(untyped("S/F"), service="x"), lambda: monitoring.exclude(untyped("S/F"))):
        with pytest.raises(ConfigurationError, match="function='S/F': allowed is a construct"):
            call()
    with pytest.raises(ConfigurationError, match="stack='S': allowed is a stack"):
        monitoring.of(untyped("S"))


def test_a_misspelt_alarm_of_a_fleet_is_named():
    with pytest.raises(ConfigurationError, match="api_5x=1: allowed is function_errors"):
        Alarms.fleet(api_5x=1)


def test_a_service_known_at_deployment_only_cannot_name_a_parameter():
    scope = stack()
    service = cdk.CfnParameter(scope, "Service").value_as_string
    with pytest.raises(ConfigurationError, match="a service known at synth"):
        SentryMonitoring(scope, "Sentry", dsn=Dsn.from_ssm("/Sentry/{service}/Dsn"), service=service)


def test_a_parameter_whose_name_is_known_at_deployment_only_cannot_be_read_by_cloudformation():
    scope = stack()
    name = cdk.CfnParameter(scope, "Name").value_as_string
    with pytest.raises(
        ConfigurationError, match=r"2 problems(?s:.*)dsn=.*known at synth(?s:.*)notify=.*known at synth"
    ):
        SentryMonitoring(scope, "Sentry", dsn=Dsn.from_ssm(name), notify=[Notify.webhook(Url.from_ssm(name))])


def test_a_service_from_an_aws_tag_that_no_parameter_can_have_in_its_name_is_said_at_synth():
    scope = stack()
    function(scope)
    cdk.Tags.of(scope).add("service", "my shop")
    monitored_from_inside(scope, dsn=Dsn.from_ssm("/Sentry/{service}/Dsn"), service_tag="service")
    with pytest.raises(RuntimeError, match="service='my shop': allowed is letters, digits"):
        template_of(scope)


def test_a_secure_parameter_may_be_given_by_its_arn():
    scope = stack()
    monitored = function(scope)
    monitored_from_inside(scope, dsn=Dsn.from_secure_ssm(PARAMETER_ARN))
    template = template_of(scope)
    assert variables_of(template, monitored)["SENTRY_DSN_SSM_PARAMETER"] == PARAMETER_ARN
    policies = json.dumps(resources_of(template, "AWS::IAM::Policy"))
    assert f'"Action": "ssm:GetParameter", "Effect": "Allow", "Resource": "{PARAMETER_ARN}"' in policies


def test_a_large_number_is_written_in_digits():
    """The layers take `1e+06` for no whole number, and then hold back at 60."""
    scope = stack()
    monitored = function(scope)
    monitored_from_inside(scope, reporting=Reporting(max_identical_events_per_minute=1_000_000))
    variables = variables_of(template_of(scope), monitored)
    assert variables["SENTRY_MAX_IDENTICAL_EVENTS_PER_MINUTE"] == "1000000"


def test_half_a_millisecond_is_a_duration_too():
    SentryMonitoring(stack(), "Sentry", reporting=Reporting(flush_timeout=Duration.millis(0.5)))


@pytest.mark.parametrize("within", [cdk.App, lambda: cdk.Stage(cdk.App(), "Stage")])
def test_an_app_without_a_stack_is_left_alone(within):
    scope = within()
    monitoring = SentryMonitoring(scope, "Sentry")
    assert not scope.synth().stacks
    assert not monitoring.functions


def test_ids_that_the_stack_has_given_away_are_left_to_it():
    app = cdk.App()
    scope = cdk.Stack(app, "Stack")
    for taken in ("Sentry", "SentryMonitoring"):
        Construct(scope, taken)
    monitored = function(scope)
    monitored_from_inside(app)
    assert "SENTRY_TAGS" in variables_of(template_of(scope), monitored)
