"""A release is one that Sentry accepts, or there is none and synth says so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdk_sentry import ConfigurationError, Release
from cdk_sentry.errors import Problems
from cdk_sentry.git import Checkout


def problems_of(release: Release) -> str | None:
    problems = Problems("test")
    release.check(problems)
    try:
        problems.raise_if_any()
    except ConfigurationError as error:
        return str(error)
    return None


def test_the_commit_is_the_release(monkeypatch):
    monkeypatch.setattr("cdk_sentry.release.current_checkout", lambda: Checkout("0a1b", "main"))
    assert Release.from_git().name() == "0a1b"
    assert Release.from_git(package="activity").name() == "activity@0a1b"


def test_outside_git_there_is_no_release_and_that_is_worth_a_warning(monkeypatch):
    monkeypatch.setattr("cdk_sentry.release.current_checkout", lambda: Checkout(None, None))
    assert Release.from_git(package="activity").name() is None
    assert Release.from_git().wanted


def test_having_no_release_can_be_meant():
    assert Release.none().name() is None
    assert not Release.none().wanted


@pytest.mark.parametrize("name", ["", ".", "..", " ", "latest", "a/b", "a\\b", "a\nb", "a\tb", "x" * 201])
def test_a_release_that_sentry_would_drop_is_refused(name):
    message = problems_of(Release.literal(name))
    assert message is not None
    assert "release=" in message
    assert "1 to 200 characters" in message


@given(st.text(alphabet=st.characters(codec="ascii", exclude_characters="/\\\n\r\t"), min_size=3, max_size=200))
def test_every_other_name_is_accepted(name):
    assert name == "latest" or problems_of(Release.literal(name)) is None


def test_a_bad_package_name_is_refused_too():
    assert "package='a/b'" in (problems_of(Release.from_git(package="a/b")) or "")
