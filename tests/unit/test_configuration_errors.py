"""Bad input to any public parameter: parameter, value, what is allowed, what to do; all problems at once."""

import aws_cdk as cdk
import pytest

from cdk_sentry import Alarms, ConfigurationError, Dsn, Layers, Notify, Release, SentryMonitoring

BAD_ARGUMENTS = {
    "dsn literal": ({"dsn": Dsn.literal("https://nowhere")}, "dsn=", "scheme://public_key@host"),
    "dsn name": ({"dsn": Dsn.from_ssm("https://key@host/1")}, "dsn=", "name of an SSM parameter"),
    "environment": ({"environment": "feature/x"}, "environment='feature/x'", "without white space and '/'"),
    "release object": ({"release": Release.literal("latest")}, "release=", "1 to 200 characters"),
    "release text": ({"release": "a/b"}, "release=", "1 to 200 characters"),
    "service": ({"service": ""}, "service=''", "1 to 200 characters"),
    "tag key": ({"tags": {"my tag": "x"}}, "tags={'my tag': 'x'}", "letters, digits"),
    "tag value": ({"tags": {"team": "x" * 201}}, "tags=", "1 to 200 characters"),
    "tag type": ({"tags": {"team": 7}}, "tags={'team': 7}", "text as a value"),
    "tag of the kit": ({"tags": {"service": "x"}}, "tags=", "service=..."),
    "alarms": ({"alarms": Alarms(function_errors=0)}, "alarms.function_errors=0", "1 or more, or None"),
    "notify": ({"notify": [Notify.email("nobody")]}, "notify=", "an e-mail address"),
    "layers": ({"layers": Layers.arn(python="mine")}, "layers=", "arn:aws:lambda:REGION"),
}


@pytest.mark.parametrize(("arguments", "names", "allows"), BAD_ARGUMENTS.values(), ids=BAD_ARGUMENTS.keys())
def test_a_bad_argument_is_named_with_its_value_and_what_is_allowed(arguments, names, allows):
    with pytest.raises(ConfigurationError) as caught:
        SentryMonitoring(cdk.Stack(cdk.App(), "Stack"), "Sentry", **arguments)
    message = str(caught.value)
    assert message.startswith("SentryMonitoring 'Stack/Sentry': 1 problem\n")
    assert names in message
    assert allows in message


def test_all_problems_are_said_at_once():
    with pytest.raises(ConfigurationError, match="3 problems") as caught:
        SentryMonitoring(
            cdk.Stack(cdk.App(), "Stack"),
            "Sentry",
            environment="a b",
            tags={"my tag": "x"},
            notify=[Notify.email("nobody")],
        )
    assert len(str(caught.value).splitlines()) == 4


def test_tokens_are_not_judged():
    """Values that are known at deployment only cannot be wrong at synth."""
    stack = cdk.Stack(cdk.App(), "Stack")
    parameter = cdk.CfnParameter(stack, "Parameter").value_as_string
    SentryMonitoring(
        stack,
        "Sentry",
        dsn=Dsn.literal(parameter),
        environment=parameter,
        release=parameter,
        service=parameter,
        tags={"team": parameter},
    )
