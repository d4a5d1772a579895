"""An environment is always one that Sentry accepts; it drops others without a word."""

import re

import aws_cdk as cdk
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdk_sentry import ConfigurationError, environment_from_branch
from cdk_sentry.environment import check_environment, resolve_environment
from cdk_sentry.errors import Problems
from cdk_sentry.git import Checkout


def accepted_by_sentry(environment: str) -> bool:
    """The rule as Sentry documents it, written down independently of the code."""
    return 1 <= len(environment) <= 64 and environment != "None" and re.search(r"[\n\r\t /]", environment) is None


@given(st.text(min_size=1))
def test_any_branch_makes_an_environment_that_sentry_accepts(branch):
    assert accepted_by_sentry(environment_from_branch(branch))


@given(st.lists(st.text(alphabet="ab/-_. ", min_size=1, max_size=80), unique=True, min_size=2, max_size=20))
def test_distinct_branches_stay_distinct(branches):
    assert len({environment_from_branch(branch) for branch in branches}) == len(branches)


@pytest.mark.parametrize("branch", ["main", "production", "release-1.2", "a" * 64])
def test_a_branch_that_is_valid_already_stays_readable(branch):
    assert environment_from_branch(branch) == branch


def test_a_branch_with_slashes_stays_recognizable_and_stable():
    assert environment_from_branch("feature/Login form") == environment_from_branch("feature/Login form")
    assert re.fullmatch(r"feature-Login-form-[0-9a-f]{6}", environment_from_branch("feature/Login form"))


@pytest.mark.parametrize("environment", ["", "None", "a b", "a/b", "a\nb", "x" * 65])
def test_an_environment_that_sentry_would_drop_is_refused(environment):
    problems = Problems("test")
    check_environment(environment, problems)
    with pytest.raises(ConfigurationError, match="environment="):
        problems.raise_if_any()


def test_what_is_given_wins_over_the_stage_and_the_stage_over_the_branch(monkeypatch):
    monkeypatch.setattr("cdk_sentry.environment.current_checkout", lambda: Checkout("c", "feature/x"))
    with_stage = cdk.Stack(cdk.App(context={"stage": "staging"}), "Stack")
    without = cdk.Stack(cdk.App(), "Stack")
    assert resolve_environment("given", with_stage) == "given"
    assert resolve_environment(None, with_stage) == "staging"
    assert resolve_environment(None, without) == environment_from_branch("feature/x")


def test_without_stage_and_branch_there_is_no_environment(monkeypatch):
    monkeypatch.setattr("cdk_sentry.environment.current_checkout", lambda: Checkout("c", None))
    assert resolve_environment(None, cdk.Stack(cdk.App(), "Stack")) is None
