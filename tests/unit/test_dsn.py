"""A DSN that cannot work is refused at synth; one that can is taken as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdk_sentry import ConfigurationError, Dsn
from cdk_sentry.dsn_text import DsnParts, dsn_problem
from cdk_sentry.errors import Problems

_NAMES = st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=20)


@given(
    scheme=st.sampled_from(["http", "https"]),
    key=_NAMES,
    secret=st.none() | _NAMES,
    host=_NAMES,
    port=st.none() | st.integers(1, 65535),
    path=st.lists(_NAMES, max_size=3),
    project=st.integers(1, 10**12),
)
def test_every_dsn_of_the_documented_form_is_accepted(scheme, key, secret, host, port, path, project):
    user = key if secret is None else f"{key}:{secret}"
    address = host if port is None else f"{host}:{port}"
    dsn = "/".join([f"{scheme}://{user}@{address}", *path, str(project)])
    assert dsn_problem(dsn) is None
    assert DsnParts.of(dsn).envelope_url == "/".join(
        [f"{scheme}://{address}", *path, "api", str(project), "envelope", ""]
    )


@pytest.mark.parametrize(
    ("dsn", "reason"),
    [
        ("", "scheme"),
        ("sentry.io/1", "scheme"),
        ("ftp://key@host/1", "scheme"),
        ("https://host/1", "public key"),
        ("https://key@/1", "host"),
        ("https://key@host", "project id"),
        ("https://key@host/", "project id"),
        ("https://key@host:port/1", "parsed"),
        ("https://key@ho st/1", "white space"),
        ("https://key@host/1\n", "white space"),
    ],
)
def test_a_dsn_that_cannot_work_is_named_with_its_reason(dsn, reason):
    problem = dsn_problem(dsn)
    assert problem is not None
    assert reason in problem


@given(key=st.text(alphabet="0123456789abcdef", min_size=1, max_size=64), secret=st.none() | _NAMES)
def test_what_is_shown_of_a_dsn_never_has_its_key(key, secret):
    user = key if secret is None else f"{key}:{secret}"
    shown = DsnParts.of(f"https://{user}@o1.example.com:8443/sentry/7").masked
    assert shown.endswith("***@o1.example.com:8443/sentry/7")
    assert len(shown.removeprefix("https://").partition("*")[0]) <= 4


@given(st.text())
def test_no_text_makes_the_check_itself_fail(text):
    problem = dsn_problem(text)
    assert problem is None or problem.endswith(".")


def test_a_dsn_given_as_a_parameter_name_is_told_from_a_name():
    """The mistake that everybody makes once: from_ssm(dsn) instead of from_ssm(name)."""
    problems = Problems("test")
    Dsn.from_ssm("https://key@o1.ingest.sentry.io/1").check(problems)
    with pytest.raises(ConfigurationError, match=r"name of an SSM parameter.*Dsn\.literal"):
        problems.raise_if_any()


@pytest.mark.parametrize("name", ["", "/Sentry/My Dsn", "/Sentry/Dsn\n"])
def test_an_impossible_parameter_name_is_refused(name):
    problems = Problems("test")
    Dsn.from_ssm(name).check(problems)
    with pytest.raises(ConfigurationError, match="without spaces"):
        problems.raise_if_any()
