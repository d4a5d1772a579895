"""What people see: the walk, what is wrong with the evidence, the cause and the next command; a bar on a terminal."""

from datetime import timedelta
from io import StringIO

import pytest
from rich.console import Console

from cdk_sentry.cli.diagnose.diagnosis import Diagnosis
from cdk_sentry.cli.diagnose.function_log import Fault
from cdk_sentry.cli.diagnose.parallel import NoAnswer
from cdk_sentry.cli.diagnose.probes.event_rule import RuleFacts
from cdk_sentry.cli.diagnose.progress import progress_of
from cdk_sentry.cli.diagnose.report import rendered
from tests.cli.diagnose.shop import DEAD, MAPPING, NOW, RULE, STORE, concluded, function, mapping, run, survey

FAILS = function("Store", run(fault=Fault("uncaught_error", "KeyError: 'id' [red]not markup[/red]")))


def shown(diagnosis: Diagnosis, *, width: int = 200) -> list[str]:
    console = Console(file=StringIO(), width=width)
    console.print(rendered(diagnosis), markup=False)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue().splitlines()


def test_each_step_is_a_line_with_its_mark_in_the_order_of_the_flow() -> None:
    lines = shown(concluded(facts={STORE: FAILS, DEAD: NoAnswer("no answer within 30 s")}))

    walk = [line.split()[:3] for line in lines if line[:1] in {"✓", "✗", "?"}]
    assert walk[:5] == [
        ["✓", "API", "Api"],
        ["✓", "function", "Take"],
        ["✓", "stream", "Stream"],
        ["✓", "delivery", "Mapping"],
        ["✗", "function", "Store"],
    ]
    assert ["?", "queue", "Dead"] in walk


def test_the_end_names_cause_and_what_it_explains_and_what_to_type() -> None:
    behind = mapping(LastProcessingResult="PROBLEM: Function call failed")
    words = " ".join(" ".join(shown(concluded(facts={STORE: FAILS, MAPPING: behind}))).split())

    assert "function Store: every invocation since it was changed has failed: KeyError: 'id'" in words
    assert "That explains: delivery Mapping." in words
    assert "Next: aws lambda get-function --function-name Store" in words


def test_what_is_not_explained_is_said() -> None:
    disabled = RuleFacts({"Name": "Rule", "State": "DISABLED"}, [])
    words = " ".join(" ".join(shown(concluded(facts={STORE: FAILS, RULE: disabled}))).split())

    assert "rule Rule: it is disabled" in words
    assert "It does not explain: function Store." in words


def test_words_of_errors_are_shown_as_they_are() -> None:
    assert any("[red]not markup[/red]" in line for line in shown(concluded(facts={STORE: FAILS})))


@pytest.mark.parametrize(
    ("facts", "end"),
    [({}, "Every step is healthy."), ({DEAD: NoAnswer("slow")}, "No step is sick. Not known of: Dead")],
)
def test_nothing_sick_is_said_with_what_is_not_known(facts, end) -> None:
    assert shown(concluded(facts=facts))[-1].strip() == end


@pytest.mark.parametrize(
    ("age", "head"),
    [
        (timedelta(hours=1), "shop, 2026-03-02 11:00:00 to 12:00:00 UTC, as data flows"),
        (timedelta(days=2), "shop, 2026-02-28 12:00:00 to 2026-03-02 12:00:00 UTC, as data flows"),
    ],
)
def test_the_head_says_which_time_was_looked_at(age, head) -> None:
    assert shown(concluded(of=survey(since=NOW - age)))[0].strip() == head


def test_a_narrow_terminal_loses_no_word() -> None:
    wide, narrow = (shown(concluded(facts={STORE: FAILS}), width=width) for width in (200, 80))

    assert max(len(line) for line in narrow) <= 80
    assert {word for line in narrow for word in line.split()} >= {"invocation", "changed", "KeyError:", "get-function"}
    assert len(narrow) > len(wide)


@pytest.mark.parametrize("is_terminal", [True, False])
def test_progress_is_drawn_on_a_terminal_alone(is_terminal) -> None:
    console = Console(file=StringIO(), force_terminal=is_terminal)

    with progress_of(console, "asking", total=2) as advance:
        advance()
        advance()

    assert isinstance(console.file, StringIO)
    assert ("2/2" in console.file.getvalue()) is is_terminal
