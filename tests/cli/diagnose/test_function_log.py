"""What a function's log tells, from lines as Lambda writes them, and how many calls reading it takes."""

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from cdk_sentry.cli.diagnose.function_log import FunctionLog, read_log

RECORDED = sorted((Path(__file__).parents[2] / "forwarder" / "log_lines").glob("*.json"))
GROUP = "/aws/lambda/Store"
REQUEST = "8f507cfc-4c1b-4697-b07a-ac58fc914c95"
START, END = f"START RequestId: {REQUEST} Version: $LATEST", f"END RequestId: {REQUEST}"
REPORT = f"REPORT RequestId: {REQUEST}\tDuration: 41.20 ms\tBilled Duration: 42 ms\tMemory Size: 128 MB"


class Logs:
    """FilterLogEvents: the oldest lines first, in pages."""

    def __init__(self, *lines: tuple[int, str], page: int = 10_000) -> None:
        self.events = [{"timestamp": at, "message": text, "logStreamName": "one"} for at, text in lines]
        self.page = page
        self.calls: list[Mapping[str, Any]] = []

    def filter_log_events(self, **given: Any) -> dict[str, Any]:
        assert given["logGroupName"] == GROUP
        self.calls.append(given)
        found = [each for each in self.events if given["startTime"] <= each["timestamp"] <= given["endTime"]]
        first = int(given.get("nextToken", 0))
        last = first + min(self.page, given["limit"])
        return {"events": found[first:last]} | ({"nextToken": str(last)} if last < len(found) else {})


def log_of(*texts: str) -> FunctionLog:
    """The log of a function that has just written this."""
    now = now_ms()
    return read_log(Logs(*((now - len(texts) + number, text) for number, text in enumerate(texts))), GROUP, since_ms=0)


def now_ms() -> int:
    return int(time.time() * 1000)


def invocation(*texts: str) -> tuple[str, ...]:
    return (START, *texts, END, REPORT)


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_every_recorded_fault_is_one_here_too_and_of_the_same_kind(path: Path) -> None:
    recorded = json.loads(path.read_text())
    lines = [line if isinstance(line, str) else json.dumps(line) for line in recorded["lines"]]

    failed = log_of(*lines).failed

    assert [run.fault.kind for run in failed if run.fault] == ([recorded["fault"]["kind"]] if recorded["fault"] else [])


@pytest.mark.parametrize(
    "stem", ["import_error_python", "handler_not_found_json", "invalid_entrypoint", "init_timeout"]
)
def test_a_function_that_does_not_reach_its_handler_is_told_from_one_that_fails(stem: str) -> None:
    [path] = [each for each in RECORDED if each.stem == stem]
    lines = json.loads(path.read_text())["lines"]
    fault = log_of(*(line if isinstance(line, str) else json.dumps(line) for line in lines)).failed[-1].fault

    assert fault is not None
    assert fault.keeps_from_starting


def test_a_traceback_that_was_written_line_by_line_is_a_fault() -> None:
    """As hosts do that are not AWS."""
    log = log_of(
        *invocation(
            "Traceback (most recent call last):",
            '  File "app.py", line 3, in handler',
            "    1 / 0",
            "ZeroDivisionError: division by zero",
        )
    )

    assert str(log.failed[0].fault) == "ZeroDivisionError: division by zero"
    assert log.complaints == {}


def test_a_timeout_without_time_and_request_is_a_fault() -> None:
    assert log_of(*invocation("Task timed out after 3.00 seconds")).failed[0].fault is not None


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('{"level": "ERROR", "message": "event refused", "timestamp": "2026-03-02T12:00:00Z"}', "event refused"),
        ('{"level": "INFO", "message": "no error at all"}', ""),
        (f"[ERROR]\t2026-03-02T12:00:00.000Z\t{REQUEST}\tthe table is not there", "the table is not there"),
        (f"2026-03-02T12:00:00.000Z\t{REQUEST}\tERROR\tthe table is not there", "the table is not there"),
        (f"[INFO]\t2026-03-02T12:00:00.000Z\t{REQUEST}\tan error was mended", ""),
        ("could not be stored: access denied", "could not be stored: access denied"),
        ("stored 3 events", ""),
        ("ERROR " + "x" * 400, "ERROR " + "x" * 231 + "..."),
    ],
)
def test_what_a_function_says_of_errors_is_heard_by_level_or_by_word(line: str, complaint: str) -> None:
    assert dict(log_of(*invocation(line)).complaints) == ({complaint: 1} if complaint else {})


def test_metrics_in_the_log_are_summed() -> None:
    def metric(*refused: int) -> str:
        directive = {"Namespace": "Shop", "Dimensions": [], "Metrics": [{"Name": "EventsRefused"}]}
        return json.dumps({"_aws": {"CloudWatchMetrics": [directive]}, "EventsRefused": list(refused)})

    assert log_of(*invocation(metric(1, 2)), *invocation(metric(4))).counts == {"EventsRefused": 7}


def test_what_has_gone_well_since_has_passed() -> None:
    failed, well = invocation("Task timed out after 3.00 seconds"), invocation("stored")

    assert log_of(*failed, *well).has_passed(lambda run: run.fault)
    assert not log_of(*well, *failed).has_passed(lambda run: run.fault)
    assert not log_of().has_passed(lambda run: run.fault)


def test_the_log_of_a_quiet_function_costs_one_call() -> None:
    now = now_ms()
    logs = Logs(*((now - 3_000_000 + number, text) for number, text in enumerate(invocation("stored"))))

    log = read_log(logs, GROUP, since_ms=now - 3_600_000)

    assert (len(logs.calls), len(log.runs), log.read_since_ms) == (1, 1, now - 3_600_000)


def busy(minutes: int, *, page: int) -> Logs:
    """One invocation a second, of four lines."""
    now = now_ms()
    return Logs(*_seconds(now, minutes * 60), page=page)


def _seconds(now: int, seconds: int) -> Iterator[tuple[int, str]]:
    for age_s in range(seconds, 0, -1):
        for number, text in enumerate(invocation(f"stored {age_s}")):
            yield now - age_s * 1000 + number, text


def test_of_a_busy_log_the_newest_lines_are_read_first_and_all_if_there_is_time() -> None:
    logs = busy(20, page=1000)
    since_ms = now_ms() - 3_600_000

    log = read_log(logs, GROUP, since_ms=since_ms)

    starts = [call["startTime"] for call in logs.calls[1:] if "nextToken" not in call]
    assert starts == sorted(starts, reverse=True)
    assert (len(log.runs), log.read_since_ms) == (20 * 60, since_ms)


def test_a_log_that_is_too_busy_is_read_as_far_as_time_allows() -> None:
    logs = busy(20, page=500)

    log = read_log(logs, GROUP, since_ms=now_ms() - 3_600_000, within_s=0)

    assert len(logs.calls) == 1
    assert log.runs == []
    assert log.read_since_ms >= now_ms() - 10_000


def test_no_more_than_twenty_thousand_lines_are_read() -> None:
    logs = busy(120, page=10_000)

    log = read_log(logs, GROUP, since_ms=now_ms() - 8_000_000)

    newest = log.runs[-1].at_ms
    assert newest > now_ms() - 10_000
    assert len(log.runs) * 4 <= 30_000
    assert log.read_since_ms > now_ms() - 610_000
