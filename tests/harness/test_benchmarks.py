"""The benchmarks run, and their page keeps what it does not write."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from benchmarks.cpu_limit import cpu_limit
from benchmarks.measure import error_of_median, interleaved, median_added, median_ratio, together
from benchmarks.report import Goal, Row, Table, write_json, write_section

ROOT = Path(__file__).parents[2]


def test_turns_begin_with_another_subject_each_time() -> None:
    order: list[str] = []
    interleaved(["a", "b", "c"], 3, order.append)
    assert "".join(order) == "abcbcacab"


def test_differences_and_ratios_are_taken_within_a_turn() -> None:
    assert median_added([11, 102, 1003], [10, 100, 1000]) == 2
    assert median_ratio([20, 200, 3000], [10, 100, 1000]) == 2


def test_what_is_measured_together_is_measured_at_the_same_moment() -> None:
    meeting = threading.Barrier(2, timeout=10)
    assert together(["a", "b"], 3, lambda _: meeting.wait() < 2) == {"a": [True] * 3, "b": [True] * 3}


def test_the_error_of_a_median_shrinks_with_the_number_of_values() -> None:
    few, many = [0.9, 1.0, 1.1] * 3, [0.9, 1.0, 1.1] * 300
    assert 0 < error_of_median(many) < error_of_median(few) < 0.1
    assert error_of_median([1.0]) == 0


@pytest.mark.parametrize(
    ("goal", "value", "met"),
    [(Goal(2), 2, True), (Goal(2), 2.1, False), (Goal(5, exactly=True), 5, True), (Goal(5, exactly=True), 4, False)],
)
def test_a_goal_says_whether_it_is_met(goal: Goal, value: float, met: bool) -> None:
    assert Row("figure", {}, value, goal).met is met


def test_a_missed_goal_stands_out_in_the_table() -> None:
    table = Table("Title", "How.", ["bare", "ours"], [Row("calls", {"bare": 1.0, "ours": "x"}, 3, Goal(2))])
    assert "| calls | 1 | x | <= 2 | **no** |" in table.markdown()


def test_a_suite_replaces_its_own_part_of_the_page_alone(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    write_section(page, "one", "first of one")
    write_section(page, "two", "first of two")
    write_section(page, "one", "second of one")
    text = page.read_text()
    assert "first of one" not in text
    assert text.count("# Benchmarks\n") == 1
    assert text.index("second of one") < text.index("first of two")


def test_figures_are_written_for_programs_too(tmp_path: Path) -> None:
    write_json(tmp_path / "figures.json", [Table("T", "", ["ours"], [Row("calls", {"ours": 2.5}, 2.5, Goal(3))])])
    (table,) = json.loads((tmp_path / "figures.json").read_text())
    assert table["rows"][0]["cells"] == {"ours": 2.5}


@pytest.mark.parametrize("cgroups", [True, False])
def test_a_cpu_limit_makes_work_take_longer(tmp_path: Path, cgroups: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """With whatever this machine has, and where it lets nobody make a cgroup."""
    if not cgroups:
        monkeypatch.setattr("benchmarks.cpu_limit._ROOTS", ())
    work = (
        "import time; start = time.monotonic()\nwhile time.process_time() < 0.1: pass\nprint(time.monotonic() - start)"
    )
    with cpu_limit(0.2, tmp_path) as launcher:
        finished = subprocess.run([*launcher, sys.executable, "-c", work], capture_output=True, check=True)
    assert float(finished.stdout) > 0.25


def test_every_benchmark_of_the_python_layer_runs() -> None:
    command = [sys.executable, "-m", "benchmarks", "python_layer", "--quick"]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert finished.returncode == 0, finished.stderr
    assert "| errors delivered of 10 | 10 | 10 | 10 | yes |" in finished.stdout


def test_an_unknown_suite_is_named_with_those_that_there_are() -> None:
    command = [sys.executable, "-m", "benchmarks", "pyhton_layer"]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode == 2
    assert "no suite pyhton_layer: there are " in finished.stderr
    assert "python_layer" in finished.stderr.partition("there are ")[2]
