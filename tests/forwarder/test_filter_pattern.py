"""The patterns of the subscriptions against the documented grammar and the documented lines."""

import pytest

from cdk_sentry.faults.patterns import filter_pattern
from tests.forwarder.filter_pattern import InvalidPatternError, matches

RUNTIMES = [None, "python3.13", "nodejs22.x", "java21", "dotnet8", "ruby3.4", "provided.al2023", "go1.x"]


@pytest.mark.parametrize("has_layer", [True, False])
@pytest.mark.parametrize("runtime", RUNTIMES)
def test_every_pattern_is_one_that_cloudwatch_logs_takes(runtime, has_layer) -> None:
    assert not matches(filter_pattern(runtime, has_layer=has_layer), "")


def test_each_documented_fault_is_delivered(faulty) -> None:
    pattern = filter_pattern(faulty.runtime, has_layer=False)

    assert any(matches(pattern, line) for line in faulty.lines)


def test_each_fault_that_kills_the_process_is_delivered_where_a_layer_is(faulty) -> None:
    if faulty.fault["kind"] == "uncaught_error":
        return
    assert any(matches(filter_pattern(faulty.runtime, has_layer=True), line) for line in faulty.lines)


def test_nothing_of_a_healthy_invocation_is_delivered_where_a_layer_is(healthy) -> None:
    pattern = filter_pattern(healthy.runtime, has_layer=True)

    assert not any(matches(pattern, line) for line in healthy.lines)


@pytest.mark.parametrize(
    ("runtime", "line"),
    [
        ("python3.13", "[INFO]\t2026-11-21T09:14:07.412Z\t8f507cfc\torder 17"),
        ("python3.13", "[ERROR]\t2026-11-21T09:14:07.412Z\t8f507cfc\tpayment refused"),
        ("nodejs22.x", "2026-11-21T09:14:07.412Z\t8f507cfc\tERROR\tpayment refused"),
        ("java21", "2026-11-21 09:14:07 ERROR Orders - payment refused"),
        ("provided.al2023", "2026/11/21 09:14:07 payment refused"),
        ("provided.al2023", '{"timestamp":"2026-11-21T09:14:07.412Z","level":"INFO","status":"error"}'),
    ],
)
def test_ordinary_lines_of_a_function_are_not_delivered(runtime, line) -> None:
    assert not matches(filter_pattern(runtime, has_layer=False), line)


@pytest.mark.parametrize(
    "pattern", ["", "ERROR", "%(a|b)%", "%a b%", '%"a"%', "%a!%", "%" + "a" * 1023 + "%", "%a\\q%"]
)
def test_the_matcher_refuses_what_cloudwatch_logs_would(pattern) -> None:
    with pytest.raises(InvalidPatternError):
        matches(pattern, "a")


@pytest.mark.parametrize(
    ("pattern", "message", "is_match"),
    [
        ("%AUTHORIZED%", "[ERROR 401] UNAUTHORIZED REQUEST", True),
        ("%authorized%", "[ERROR 401] UNAUTHORIZED REQUEST", False),
        ("%^[hc]at%", "a hat", False),
        ("%gra|ey%", "grey", True),
        ("%colou?r%", "color", True),
        (r"%\d{1,3}\.\d{1,3}%", "10.1", True),
        (r"%a\sb%", "a b", True),
    ],
)
def test_the_matcher_agrees_with_the_examples_of_the_documentation(pattern, message, is_match) -> None:
    assert matches(pattern, message) is is_match
