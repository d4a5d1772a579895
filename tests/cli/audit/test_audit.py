"""`cdk-sentry audit` as a whole, against accounts in memory: what it says, how it ends, what it asks AWS."""

import pytest

from cdk_sentry.cli.audit import COMMAND
from cdk_sentry.cli.audit.checks import CHECKS
from tests.cli.audit.account import STORED_DSN, Account, account_of, resource
from tests.cli.audit.builders import DSN, KIT_LAYER, configuration, monitored


def statuses(run):
    """Of each function the checks that are not content."""
    return {
        function["name"]: {
            each["check"]: each["severity"] or each["status"] for each in function["answers"] if each["status"] != "ok"
        }
        for function in run.document["functions"]
    }


def test_an_account_in_which_all_is_well_has_nothing_to_say(audit):
    run = audit(account_of(2, 2), "--all", "--json")
    assert run.code == 0
    assert statuses(run) == {"s0-f0": {}, "s0-f1": {}, "s1-f0": {}, "s1-f1": {}}
    assert run.document["summary"] == {
        "functions": 4,
        "helpers": [],
        "missing_functions": [],
        "errors": 0,
        "warnings": 0,
        "unknown": 0,
        "monitored_by": {"this kit's layer": 4},
    }


def test_a_stack_is_looked_at_without_its_neighbours(audit):
    run = audit(account_of(2, 2), "--stack", "s1", "--json")
    assert list(statuses(run)) == ["s1-f0", "s1-f1"]


def test_functions_that_no_stack_declares_are_looked_at_too(audit):
    account = account_of(1, 1)
    account.functions.append(configuration("by-hand"))
    run = audit(account, "--all", "--json")
    assert statuses(run)["by-hand"] == {"monitored": "warning", "alarms": "warning", "log-group": "warning"}
    assert statuses(run)["s0-f0"] == {}


def test_what_needs_attention_most_comes_first(audit):
    account = account_of(1, 3)
    account.functions[1]["Environment"] = {"Variables": {}}
    account.log_groups[2].pop("retentionInDays")
    run = audit(account, "--all")
    shown = [line.split()[0] for line in run.out.splitlines() if line.startswith("s0-")]
    assert shown == ["s0-f1", "s0-f2"]
    assert "1 function with nothing to say about." in run.out


def test_functions_that_only_serve_deployments_are_left_out(audit):
    account = account_of(1, 1)
    stack = account.stacks[0]
    for name, handler in (("provider", "index.handler"), ("framework", "framework.onEvent")):
        account.functions.append(configuration(name, Handler=handler))
        stack["resources"].append(resource("AWS::Lambda::Function", name, name))
    stack["template"]["Resources"]["Custom"] = {
        "Type": "Custom::Thing",
        "Properties": {"ServiceToken": {"Fn::GetAtt": ["provider", "Arn"]}},
    }
    run = audit(account, "--all", "--json")
    assert list(statuses(run)) == ["s0-f0"]
    assert run.document["summary"]["helpers"] == ["provider", "framework"]


def test_a_function_that_was_deleted_by_hand_is_named(audit):
    account = account_of(1, 2)
    account.functions.pop()
    run = audit(account, "--stack", "s0")
    assert run.code == 1
    assert "missing: s0-f1, which s0 declares as F1" in run.out
    assert "1 error," in run.out


def test_a_function_whose_creation_failed_is_not_missing(audit):
    account = account_of(1, 2)
    account.functions.pop()
    account.stacks[0]["resources"][2]["ResourceStatus"] = "CREATE_FAILED"
    run = audit(account, "--stack", "s0", "--json")
    assert run.code == 0
    assert run.document["summary"]["missing_functions"] == []


def test_a_stack_that_is_deleted_meanwhile_stops_nothing(audit):
    account = account_of(2, 1)
    account.gone = {"s1"}
    assert statuses(audit(account, "--all", "--json"))["s0-f0"] == {}


@pytest.mark.parametrize(
    ("fail_on", "error", "warning"), [("warning", 1, 1), ("error", 1, 0), ("never", 0, 0), (None, 1, 0)]
)
def test_what_fails_a_build_can_be_chosen(audit, fail_on, error, warning):
    words = [] if fail_on is None else ["--fail-on", fail_on]
    broken, untidy = account_of(1, 1), account_of(1, 1)
    broken.functions[0]["Layers"] = []
    untidy.log_groups[0].pop("retentionInDays")
    assert audit(broken, "--all", *words).code == error
    assert audit(untidy, "--all", *words).code == warning
    assert audit(account_of(1, 1), "--all", *words).code == 0


def test_a_dsn_that_cannot_be_read_at_run_time_is_an_error(audit):
    account = account_of(1, 0)
    names = {"there": "/Sentry/There", "none": "/Sentry/None", "gone": "/Sentry/Gone"}
    account.parameters = {"/Sentry/There": "https://hush@o1.ingest.sentry.io/1", "/Sentry/None": "hush"}
    account.functions = [
        monitored(name, without="SENTRY_DSN", variables={"SENTRY_DSN_SSM_PARAMETER": parameter})
        for name, parameter in names.items()
    ]
    run = audit(account, "--all", "--json")
    assert {name: found.get("dsn") for name, found in statuses(run).items()} == {
        "there": None,
        "none": "error",
        "gone": "error",
    }
    assert "hush" not in run.out


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ({STORED_DSN: DSN}, None),
        ({STORED_DSN: "https://rotated@o1.ingest.sentry.io/17"}, "warning"),
        ({}, "warning"),
    ],
)
def test_a_dsn_that_was_rotated_after_the_deployment_is_named(audit, stored, expected):
    account = account_of(1, 2)
    account.parameters = stored
    run = audit(account, "--stack", "s0", "--json")
    assert statuses(run) == {name: {"dsn-current": expected} if expected else {} for name in ("s0-f0", "s0-f1")}
    assert account.calls["GetParameter"] == 1
    assert "rotated@" not in run.out
    assert "//key@" not in run.out


ACTIONS = {
    "ListFunctions": "lambda:ListFunctions",
    "DescribeStacks": "cloudformation:DescribeStacks",
    "ListStackResources": "cloudformation:ListStackResources",
    "GetTemplate": "cloudformation:GetTemplate",
    "DescribeAlarms": "cloudwatch:DescribeAlarms",
    "DescribeLogGroups": "logs:DescribeLogGroups",
    "DescribeSubscriptionFilters": "logs:DescribeSubscriptionFilters",
    "GetLayerVersion": "lambda:GetLayerVersion",
    "GetParameter": "ssm:GetParameter",
}


def test_the_actions_that_are_declared_are_those_that_are_used(audit):
    account = account_of(1, 1)
    account.parameters = {"/Sentry/Dsn": "https://key@h/1"}
    account.functions.append(
        monitored("other", without="SENTRY_DSN", variables={"SENTRY_DSN_SSM_PARAMETER": "/Sentry/Dsn"})
    )
    audit(account, "--all")
    declared = {action for permission in COMMAND.permissions for action in permission.actions}
    assert {ACTIONS[operation] for operation in account.calls} | {"secretsmanager:GetSecretValue"} == declared


@pytest.mark.parametrize(
    "operation", ["DescribeAlarms", "DescribeLogGroups", "GetTemplate", "GetLayerVersion", "GetParameter"]
)
def test_what_may_not_be_read_is_unknown_and_ends_with_code_2(audit, operation):
    account = account_of(1, 2)
    account.denied = {operation}
    run = audit(account, "--all", "--json")
    assert run.code == 2
    assert "unknown" in {status for found in statuses(run).values() for status in found.values()}
    assert "error" not in {status for found in statuses(run).values() for status in found.values()}
    assert operation in run.err
    assert run.document["missing_permissions"] == [operation]


@pytest.mark.parametrize("operation", ["ListFunctions", "DescribeStacks", "ListStackResources"])
def test_without_its_lists_there_is_no_audit(audit, operation):
    account = account_of(1, 1)
    account.denied = {operation}
    run = audit(account, "--all")
    assert (run.code, run.out) == (2, "")
    assert len(run.err.splitlines()) == 1


def test_a_layer_of_another_account_that_may_not_be_read_is_no_missing_permission(audit):
    account = account_of(1, 1)
    foreign = KIT_LAYER.replace("111122223333", "444455556666")
    account.functions[0]["Layers"] = [{"Arn": foreign}]
    account.denied = {"GetLayerVersion"}
    run = audit(account, "--all", "--json")
    assert run.code == 0
    assert statuses(run)["s0-f0"]["monitored"] == "unknown"


def test_a_stack_that_is_not_there_is_one_line(audit):
    run = audit(account_of(1, 1), "--stack", "S0")
    assert run.code == 2
    assert run.err == "cdk-sentry: there is no stack 'S0' in eu-central-1: did you mean s0?\n"


def test_either_a_stack_or_everything_must_be_asked_for(audit):
    run = audit(Account())
    assert run.code == 2
    assert "--stack NAME, or --all" in run.err


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_each_check_can_be_explained_without_aws(audit, check):
    account = Account()
    run = audit(account, "--explain", check.id)
    assert run.code == 0
    assert check.remedy in " ".join(run.out.split())
    assert audit(account, "--explain", check.id, "--json").document["why"] == check.why
    assert not account.calls


def test_a_check_that_there_is_not_is_answered_with_those_that_there_are(audit):
    run = audit(Account(), "--explain", "nonesuch")
    assert run.code == 2
    assert all(check.id in run.err for check in CHECKS)


def test_500_functions_take_little_more_than_a_call_each(audit):
    """The figures are those of docs/audit.md."""
    account = account_of(50, 10)
    run = audit(account, "--all", "--json")
    assert run.code == 0
    assert run.document["summary"]["functions"] == 500
    assert account.calls == {
        "ListFunctions": 10,
        "DescribeStacks": 1,
        "ListStackResources": 50,
        "GetTemplate": 50,
        "DescribeAlarms": 15,
        "DescribeLogGroups": 10,
        "DescribeSubscriptionFilters": 500,
        "GetLayerVersion": 1,
        "GetParameter": 1,
    }
