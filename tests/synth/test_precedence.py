"""Who wins where something is said twice, line by line of the list in SentryMonitoring's docstring."""

import json

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secretsmanager

from cdk_sentry import Alarms, ConfigurationError, Dsn, Reporting, Select, SentryMonitoring, environment_from_branch
from cdk_sentry.environment import check_environment
from cdk_sentry.errors import Problems
from tests.synth.apps import alarms_of, function, monitored_from_inside, resources_of, stack, template_of, variables_of

OWN, ARGUMENT, CONFIGURED = "own", "argument", "configured"


def environment_of(*, own=None, argument=None, configured=None):
    """The environment that a function ends with, said in up to three places."""
    app = stack()
    target = function(app, environment={"SENTRY_ENVIRONMENT": own} if own else {})
    monitoring = SentryMonitoring(app, "Sentry", environment=argument)
    if configured:
        monitoring.configure(target, environment=configured)
    return variables_of(template_of(app), target)["SENTRY_ENVIRONMENT"]


def test_4_an_argument_wins_over_the_default():
    assert environment_of() == "main"
    assert environment_of(argument=ARGUMENT) == ARGUMENT


def test_3_the_functions_own_variable_wins_over_an_argument():
    assert environment_of(own=OWN, argument=ARGUMENT) == OWN


def test_2_configure_wins_over_the_functions_own_variable():
    assert environment_of(own=OWN, argument=ARGUMENT, configured=CONFIGURED) == CONFIGURED


def test_1_what_the_code_says_to_the_sdk_is_not_the_constructs_business():
    """The kit sets defaults that the SDK reads from the environment; arguments of `init` win there."""
    docstring = SentryMonitoring.__doc__ or ""
    lines = ("1. what the function's own code says", "2. `configure", "3. what the function's environment", "4.", "5.")
    positions = [docstring.index(line) for line in lines]
    assert positions == sorted(positions)


SETTINGS = [
    ("SENTRY_RELEASE", {"release": "shop@2"}, "shop@2"),
    ("SENTRY_TRACES_SAMPLE_RATE", {"traces_sample_rate": 0.25}, "0.25"),
    ("SENTRY_TIMEOUT_WARNING", {"timeout_warning": False}, "false"),
    ("SENTRY_SAMPLE_RATE", {"reporting": Reporting(sample_rate=0.5)}, "0.5"),
]


@pytest.mark.parametrize(("variable", "setting", "text"), SETTINGS)
def test_every_setting_of_one_function_wins_over_its_variable_and_touches_no_other(variable, setting, text):
    app = stack()
    target, other = (function(app, name, environment={variable: OWN}) for name in ("Target", "Other"))
    SentryMonitoring(app, "Sentry").configure(target, **setting)
    template = template_of(app)
    assert variables_of(template, target)[variable] == text
    assert variables_of(template, other)[variable] == OWN


def test_tags_of_one_function_are_added_to_those_of_all():
    app = stack()
    target = function(app)
    monitoring = SentryMonitoring(app, "Sentry", service="shop", tags={"team": "growth", "tier": "1"})
    monitoring.configure(target, tags={"tier": "2"})
    monitoring.configure(target, tags={"on-call": "a"})
    tags = json.loads(variables_of(template_of(app), target)["SENTRY_TAGS"])
    assert tags == {"service": "shop", "team": "growth", "tier": "2", "on-call": "a"}


def test_alarms_of_one_function_can_be_switched_off():
    app = stack()
    quiet, loud = function(app, "Quiet"), function(app, "Loud")
    SentryMonitoring(app, "Sentry").configure(quiet, alarms=Alarms.none())
    template = template_of(app)
    assert not list(alarms_of(template, quiet))
    assert list(alarms_of(template, loud))


def test_configure_refuses_what_it_does_not_know_and_lists_all_that_is_wrong():
    app = stack()
    target = function(app)
    monitoring = SentryMonitoring(app, "Sentry")
    with pytest.raises(ConfigurationError, match="enviroment"):
        monitoring.configure(target, enviroment="typo")
    with pytest.raises(ConfigurationError, match=r"(?s)environment.*traces_sample_rate"):
        monitoring.configure(target, environment="a/b", traces_sample_rate=2)


@pytest.mark.parametrize(
    ("own", "dsn", "expected"),
    [
        ({"SENTRY_DSN": "https://k@own/1"}, Dsn.from_ssm(), {"SENTRY_DSN": "https://k@own/1"}),
        ({"SENTRY_DSN": "https://k@own/1"}, Dsn.from_secure_ssm(), {"SENTRY_DSN": "https://k@own/1"}),
        ({"SENTRY_DSN_SECRET": "mine"}, Dsn.literal("https://k@h/2"), {"SENTRY_DSN_SECRET": "mine"}),
        ({}, Dsn.from_secure_ssm("/S/{service}/D"), {"SENTRY_DSN_SSM_PARAMETER": "/S/shop/D"}),
        ({}, Dsn.from_secret("s", field="dsn"), {"SENTRY_DSN_SECRET": "s", "SENTRY_DSN_SECRET_FIELD": "dsn"}),
    ],
)
def test_a_functions_own_dsn_of_any_kind_keeps_every_other_away(own, dsn, expected):
    app = stack()
    target = function(app, environment=own)
    SentryMonitoring(app, "Sentry", service="shop", dsn=dsn)
    variables = variables_of(template_of(app), target)
    assert {name: value for name, value in variables.items() if name.startswith("SENTRY_DSN")} == expected


def test_a_configured_dsn_takes_the_place_of_the_functions_own_of_another_kind():
    app = stack()
    target = function(app, environment={"SENTRY_DSN": "https://k@own/1", "SENTRY_DSN_SECRET_FIELD": "f"})
    SentryMonitoring(app, "Sentry").configure(target, dsn=Dsn.from_secure_ssm("/S"))
    variables = variables_of(template_of(app), target)
    assert {name: value for name, value in variables.items() if "DSN" in name} == {"SENTRY_DSN_SSM_PARAMETER": "/S"}


def test_the_dsn_can_be_read_with_the_roles_of_the_template_and_its_key_and_nothing_more():
    app = stack()
    key = kms.Key(app, "Key")
    for name in ("Orders", "Payments"):
        function(app, name)
    monitored_from_inside(app, dsn=Dsn.from_secure_ssm("/S/Dsn", encryption_key=key))
    template = template_of(app)
    (policy,) = (each["Properties"] for each in resources_of(template, "AWS::IAM::Policy").values())
    statements = policy["PolicyDocument"]["Statement"]
    assert sorted(statement["Action"] for statement in statements) == ["kms:Decrypt", "ssm:GetParameter"]
    assert len(policy["Roles"]) == 2
    assert "parameter/S/Dsn" in json.dumps(statements)


def test_a_secret_as_a_construct_brings_its_key():
    app = stack()
    secret = secretsmanager.Secret(app, "Secret", encryption_key=kms.Key(app, "Key"))
    function(app)
    monitored_from_inside(app, dsn=Dsn.from_secret(secret))
    (policy,) = (each["Properties"] for each in resources_of(template_of(app), "AWS::IAM::Policy").values())
    actions = sorted(statement["Action"] for statement in policy["PolicyDocument"]["Statement"])
    assert actions == ["kms:Decrypt", "secretsmanager:GetSecretValue"]


def test_a_service_comes_from_the_functions_tag_then_the_argument_then_the_stack():
    app = stack()
    tagged, plain = function(app, "Tagged"), function(app, "Plain")
    cdk.Tags.of(tagged).add("service", "payments")
    SentryMonitoring(app, "Sentry", service="shop", service_tag="service", dsn=Dsn.from_ssm("/Sentry/{service}/Dsn"))
    template = template_of(app)
    parameters = {
        name: template["Parameters"][variables_of(template, each)["SENTRY_DSN"]["Ref"]]["Default"]
        for name, each in (("tagged", tagged), ("plain", plain))
    }
    assert parameters == {"tagged": "/Sentry/payments/Dsn", "plain": "/Sentry/shop/Dsn"}


def covered(**arguments):
    app = stack()
    legacy, tagged, orders = (function(app, name) for name in ("LegacyOrders", "Tagged", "Orders"))
    cdk.Tags.of(tagged).add("monitoring", "off")
    monitoring = SentryMonitoring(app, "Sentry", **arguments)
    template_of(app)
    assert legacy is not orders
    return {each.path.removeprefix("Stack/") for each in monitoring.functions}


def test_functions_are_chosen_by_path_tag_and_construct():
    assert covered() == {"LegacyOrders", "Tagged", "Orders"}
    assert covered(exclude=["Stack/Legacy*"]) == {"Tagged", "Orders"}
    assert covered(exclude=[Select.tag("monitoring", "off")]) == {"LegacyOrders", "Orders"}
    assert covered(include=["*/Orders"]) == {"Orders"}
    assert covered(include=["*Orders"], exclude=["*/Legacy*"]) == {"Orders"}
    assert covered(include=[]) == set()


def test_an_excluded_function_is_left_exactly_as_it_is_a_singleton_too():
    app = stack()
    single = lambda_.SingletonFunction(
        app,
        "Single",
        uuid="11111111-2222-3333-4444-555555555555",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="single.handler",
        code=lambda_.Code.from_inline("def handler(event, context): ..."),
    )
    plain = function(app)
    monitoring = SentryMonitoring(app, "Sentry")
    monitoring.exclude(single)
    monitoring.exclude(plain)
    template = template_of(app)
    assert monitoring.functions == []
    handlers = {each["Properties"]["Handler"] for each in resources_of(template, "AWS::Lambda::Function").values()}
    assert {"single.handler", "orders.handler"} <= handlers


BRANCHES = ["main", "feature/a", "feature-a", "feature a", "a" * 200, "a" * 201, "None", "ünïcode/ß", "/", "-", "a\nb"]


def test_environments_of_branches_are_valid_stable_and_distinct():
    environments = [environment_from_branch(branch) for branch in BRANCHES]
    assert len(set(environments)) == len(BRANCHES)
    assert environments == [environment_from_branch(branch) for branch in BRANCHES]
    problems = Problems("branches")
    for environment in environments:
        check_environment(environment, problems)
    problems.raise_if_any()


def test_a_role_of_the_template_is_not_changed_by_a_permission():
    app = stack()
    role = iam.Role(app, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    function(app, role=role)
    SentryMonitoring(app, "Sentry", dsn=Dsn.from_secure_ssm())
    (declared,) = (
        each["Properties"]
        for name, each in resources_of(template_of(app), "AWS::IAM::Role").items()
        if name.startswith("Role")
    )
    assert "Policies" not in declared
