"""Each alarm, on recorded days, by CloudWatch's documented rules: quiet in health, loud in trouble."""

import pytest

from cdk_sentry import Alarms
from cdk_sentry.alarms.alarms import KEYS
from cdk_sentry.alarms.catalogue import KINDS

from .cloudwatch import changes, composite_states, is_on, states
from .document import DOCUMENT, render
from .firing import firings
from .metric_math import evaluate
from .recordings import Day, healthy_day
from .statistic import statistic_over

ERRORS = {
    "Namespace": "AWS/Lambda",
    "MetricName": "Errors",
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 1,
    "DatapointsToAlarm": 1,
    "Threshold": 1,
    "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    "TreatMissingData": "notBreaching",
}


@pytest.fixture(scope="module")
def found():
    return list(firings())


def day_of_errors(by_minute, function=""):
    """A day on which so many errors are sent in so many minutes, and nothing else."""
    day = Day()
    for minute, count in by_minute.items():
        day.put([minute], "AWS/Lambda", {"Errors": count}, part=function)
    return day


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
    breaching = [{"0": False, "X": True, "-": None}[each] for each in datapoints]
    alarm = {"EvaluationPeriods": 3, "DatapointsToAlarm": datapoints_to_alarm}
    assert is_on({**alarm, "TreatMissingData": "breaching"}, breaching) == when_breaching
    assert is_on({**alarm, "TreatMissingData": "notBreaching"}, breaching) == when_not_breaching


def test_an_alarm_looks_every_minute_at_the_period_that_ends_then():
    """CloudWatch's own example: a period of 5 minutes, at the end of minute 6 the minutes 2 to 6."""
    five_minutes = {**ERRORS, "Period": 300, "Threshold": 3}
    on_and_off = changes(states(five_minutes, day_of_errors({4: 2, 5: 1} | dict.fromkeys(range(6, 30), 0))))
    assert on_and_off == ((6, True), (10, False))


def test_values_of_a_period_become_one_datapoint():
    assert statistic_over("Sum", [[1], [], [1, 1]]) == 3
    assert statistic_over("Maximum", [[], [4, 2], [3]]) == 4
    assert statistic_over("Maximum", [[], []]) is None


def test_a_percentile_is_a_value_that_so_many_do_not_exceed():
    assert statistic_over("p95", [list(range(1, 51)), list(range(51, 101))]) == 95
    assert statistic_over("p95", [[7.0]]) == 7.0
    assert statistic_over("p95", [[]]) is None


def test_metric_math_takes_what_is_missing_for_zero_and_drops_what_divides_by_zero():
    series = {"errors": [2.0, None, 1.0, 0.0, None], "invocations": [4.0, 5.0, None, 0.0, None]}
    assert evaluate("errors / invocations", series) == [0.5, 0.0, None, None, None]
    assert evaluate("errors + invocations", series) == [6.0, 5.0, 1.0, 0.0, None]


def test_metric_math_that_the_simulation_does_not_know_is_refused():
    with pytest.raises(NotImplementedError, match="FILL"):
        evaluate("FILL(errors, 0)", {"errors": [None]})


def test_a_failure_that_is_dated_to_the_start_of_a_long_invocation_is_still_told():
    """Its data point comes when the invocation ends; CloudWatch looks at no older periods than the alarm names."""
    (kind,) = (kind for kind in KINDS["AWS Lambda"] if kind.key == "function_errors")
    rule = kind.with_threshold(1, {"timeout": 900})
    assert rule is not None
    failed_a_quarter_of_an_hour_ago = [*[False] * 30, True, *[False] * 15]
    alarm = {"DatapointsToAlarm": rule.datapoints_to_alarm, "TreatMissingData": "notBreaching"}
    assert is_on({**alarm, "EvaluationPeriods": rule.evaluation_periods}, failed_a_quarter_of_an_hour_ago)
    assert not is_on({**alarm, "EvaluationPeriods": 1}, failed_a_quarter_of_an_hour_ago)
    assert not is_on({**alarm, "EvaluationPeriods": rule.evaluation_periods}, [True, *[False] * 16])


def test_an_alarm_on_a_fleet_is_on_while_any_function_is_beyond_the_threshold():
    query = {
        "Id": "value",
        "Expression": 'SELECT SUM(Errors) FROM SCHEMA("AWS/Lambda", FunctionName) '
        "GROUP BY FunctionName ORDER BY SUM() DESC",
        "Period": 60,
        "ReturnData": True,
    }
    alarm = {name: ERRORS[name] for name in ERRORS if name not in ("Namespace", "MetricName", "Statistic", "Period")}
    fleet = {**alarm, "Metrics": [query], "Threshold": 5}
    day = day_of_errors({10: 4, 20: 6, 21: 0, 22: 0}, "orders")
    for minute, count in {10: 4, 21: 6, 22: 0, 23: 0}.items():
        day.put([minute], "AWS/Lambda", {"Errors": count}, part="payments")
    assert changes(states(fleet, day)) == ((21, True), (23, False))


def test_a_composite_alarm_is_on_while_one_of_its_children_is():
    children = {"a": [False, True, False, False], "b": [False, False, True, False]}
    assert composite_states({"AlarmRule": 'ALARM("a") OR ALARM("b")'}, children) == [False, True, True, False]


def test_the_band_of_an_anomaly_holds_healthy_days_and_not_twice_their_traffic():
    metric = {"Namespace": "AWS/ApiGateway", "MetricName": "Count", "Dimensions": []}
    alarm = {
        "EvaluationPeriods": 3,
        "DatapointsToAlarm": 3,
        "TreatMissingData": "notBreaching",
        "ThresholdMetricId": "band",
        "Metrics": [
            {"Id": "m1", "MetricStat": {"Metric": metric, "Stat": "Sum", "Period": 300}, "ReturnData": True},
            {"Id": "band", "Expression": "ANOMALY_DETECTION_BAND(m1, 3)", "ReturnData": True},
        ],
    }
    for seed in (2, 3):
        day = healthy_day(seed)
        assert not any(states(alarm, day))
        day.put(range(720, 780), "AWS/ApiGateway", {"Count": 60})
        assert any(states(alarm, day))


def test_every_alarm_fires_in_some_scenario(found):
    silent = {each.watch for each in found} - {each.watch for each in found if each.changes}
    assert not silent
    kinds = {kind for kinds in KINDS.values() for kind in kinds}
    assert kinds <= {each.watch.kind for each in found}


def test_none_fires_on_a_healthy_day(found):
    assert not [each.watch.name for each in found if each.scenario == "healthy day" and each.changes]


def test_nothing_that_is_on_by_default_fires_because_nobody_calls_at_night(found):
    fired = {each.watch.name for each in found if each.scenario == "no traffic at night" and each.changes}
    assert fired == {"api_no_traffic"}
    assert Alarms().api_no_traffic is None


def test_every_trouble_is_told_by_an_alarm_that_is_on_by_default(found):
    troubles = {each.scenario for each in found} - {"healthy day", "no traffic at night"}
    told = {each.scenario for each in found if each.changes and each.watch.on}
    assert told == troubles


def test_every_alarm_ends_when_the_trouble_does(found):
    assert not [each.watch.name for each in found if each.changes and each.changes[-1][1]]


def test_one_bad_release_is_one_page_with_a_summary_and_many_without(found):
    on = [each for each in found if each.scenario == "error burst" and each.changes and each.watch.on]
    (summary,) = [
        each for each in found if each.scenario == "error burst" and "summary" in each.watch.name and each.changes
    ]
    assert len({each.watch for each in on}) >= 5
    assert [now for _, now in summary.changes] == [True, False]


def test_an_error_is_told_within_a_minute_of_data(found):
    (errors,) = [each for each in found if each.watch.name == "function_errors" and each.scenario == "error burst"]
    assert errors.text == "14:01-14:22"


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
