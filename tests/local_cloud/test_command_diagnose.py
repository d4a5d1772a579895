"""The sample, broken in one way after the other: the command names the right step each time, and what to do next."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.local_cloud.diagnosed import STACK, Sample, deployed_sample, diagnose
from tests.local_cloud.diagnosed_ways import (
    API,
    CASES,
    DELIVERY,
    HISTORY,
    INGEST,
    QUARANTINE,
    STREAM,
    TABLE,
    VALIDATE,
    Case,
)

pytestmark = pytest.mark.xdist_group("local_cloud_diagnose")

HEALTHY_RUN_S = 10.0


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    with deployed_sample(tmp_path_factory.mktemp("diagnosed")) as deployed:
        yield deployed


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.way.replace(" ", "-"))
def test_the_sick_step_is_named_with_the_next_command(sample: Sample, case: Case) -> None:
    with sample.broken(case.break_it) as since:
        run = sample.diagnose(since, case.user)

    assert run.code == 1, run.err
    verdict = run.document["verdict"]
    assert (verdict["what"], verdict["step"], verdict["id"]) == (case.what, case.step, case.finding), run.out
    assert case.next_command in verdict["next_command"]


def test_everything_is_fine(sample: Sample) -> None:
    def send(sample: Sample) -> None:
        assert sample.post(sample.event("ada")) == 202
        sample.until(lambda: sample.stored("ada") > 0, "the event to be stored")

    with sample.broken(send) as since:
        began = time.monotonic()
        run = sample.diagnose(since, "ada")
        duration_s = time.monotonic() - began

    assert run.code == 0, run.out
    assert run.document["verdict"] is None
    assert {step["health"] for step in run.document["steps"]} == {"healthy"}
    assert duration_s < HEALTHY_RUN_S


def test_steps_come_in_the_order_in_which_data_flows(sample: Sample) -> None:
    run = sample.diagnose(datetime.now(UTC) - timedelta(seconds=1))

    steps = [step["step"] for step in run.document["steps"]]

    for earlier, later in (
        (API, INGEST),
        (INGEST, STREAM),
        (STREAM, DELIVERY),
        (DELIVERY, VALIDATE),
        (VALIDATE, TABLE),
        (VALIDATE, QUARANTINE),
        (TABLE, HISTORY),
    ):
        assert steps.index(earlier) < steps.index(later), (earlier, later)


def test_a_stack_that_does_not_exist_is_said_in_one_line(sample: Sample) -> None:
    run = diagnose(sample.aws, "activity-history-lokal", datetime.now(UTC) - timedelta(hours=1))

    assert run.code == 2
    assert run.err == f"cdk-sentry: {run.document['error']}\n"
    assert STACK in run.err
