"""Each alarm, on recorded days, by CloudWatch's documented rules: quiet in health, loud in trouble."""

from dataclasses import dataclass

import pytest

from cdk_sentry import Alarms
from cdk_sentry.alarms.alarms import KEYS
from cdk_sentry.alarms.catalogue import KINDS

from .cloudwatch import changes, is_in_alarm, statistic_of
from .document import DOCUMENT, render
from .firing import firings, simulated


@dataclass
class Rule:
    datapoints_to_alarm: int
    treat_missing_data: str = "notBreaching"
    evaluation_periods: int = 3
    threshold: float = 1
    statistic: str = "Sum"
    period_s: int = 60
    comparison: str = "GreaterThanOrEqualToThreshold"


@pytest.fixture(scope="module")
def found():
    return list(firings())


# The two tables of CloudWatch's user guide: oldest first, 0 within the threshold, X beyond it, - missing.
@pytest.mark.parametrize(
    ("datapoints_to_alarm", "datapoints", "when_breaching", "when_not_breaching"),
    [
        (3, "0-X-X", False, False),
        (3, "0----", False, False),
        (3, "-----", True, False),
        (3, "0XX-X", True, True),
        (3, "----X", True, False),
        (3, "X----", True, False),
        (2, "0-X-X", True, True),
        (2, "00X0X", True, True),
        (2, "0-X--", True, False),
        (2, "----0", True, False),
        (2, "----X", True, False),
    ],
)
def test_missing_data_is_treated_as_in_cloudwatchs_own_examples(
    datapoints_to_alarm, datapoints, when_breaching, when_not_breaching
):
    values = [{"0": 0.0, "X": 1.0, "-": None}[each] for each in datapoints]
    assert is_in_alarm(Rule(datapoints_to_alarm, "breaching"), values) == when_breaching
    assert is_in_alarm(Rule(datapoints_to_alarm, "notBreaching"), values) == when_not_breaching


def test_values_of_a_period_become_one_datapoint():
    rule = Rule(1, evaluation_periods=1, period_s=120, threshold=3)
    assert changes(rule, [[1], [1], [1], [1, 1]]) == [(4, True)]


def test_a_percentile_is_a_value_that_so_many_do_not_exceed():
    assert statistic_of("p95", list(range(1, 101))) == 95
    assert statistic_of("p95", [7.0]) == 7.0


def test_every_alarm_on_one_metric_fires_in_some_scenario(found):
    fired = {(each.kind.key, each.kind.rule.metric_name) for each in found if each.changes}
    kinds = [kind for kinds in KINDS.values() for kind in kinds if simulated(kind)]
    assert {(kind.key, kind.rule.metric_name) for kind in kinds} == fired


def test_none_fires_on_a_healthy_day(found):
    assert not [each.kind.key for each in found if each.scenario == "healthy day" and each.changes]


def test_nothing_that_is_on_by_default_fires_because_nobody_calls_at_night(found):
    fired = {each.kind.key for each in found if each.scenario == "no traffic at night" and each.changes}
    assert fired == {"api_no_traffic"}
    assert Alarms().api_no_traffic is None


def test_every_trouble_is_told_by_an_alarm_that_is_on_by_default(found):
    troubles = {each.scenario for each in found} - {"healthy day", "no traffic at night"}
    told = {each.scenario for each in found if each.changes and Alarms().of(each.kind.key) is not None}
    assert told == troubles


def test_every_alarm_ends_when_the_trouble_does(found):
    assert not [each.kind.key for each in found if each.changes and each.changes[-1][1]]


def test_an_error_is_told_within_a_minute_of_data(found):
    (errors,) = [each for each in found if each.kind.key == "function_errors" and each.scenario == "error burst"]
    assert errors.text.startswith("14:01-")


def test_the_catalogue_and_alarms_have_the_same_alarms():
    kinds = [kind for kinds in KINDS.values() for kind in kinds]
    assert {kind.key for kind in kinds} == set(KEYS)


def test_every_alarm_says_why_its_threshold_is_what_it_is_and_what_to_begin_with_if_it_is_off():
    for kind in (kind for kinds in KINDS.values() for kind in kinds):
        assert kind.why, kind.key
        assert all((kind.rule.meaning, kind.rule.causes, kind.rule.first_steps)), kind.key
        off = Alarms().of(kind.key) is None
        assert (kind.suggested is not None) == off, kind.key
        assert not off or "Off" in kind.why, kind.key


def test_the_documentation_says_what_the_code_does(found):
    """`python -m tests.alarms.document` writes it."""
    assert DOCUMENT.read_text() == render(found)
