"""Nothing is lost and nothing counts twice, whatever goes wrong: hundreds of schedules, each made by its seed.

CHAOS_SCHEDULES says how many (200; `make chaos`: 5000). A failing seed is printed with the command that replays it.
"""

import os
from collections import Counter
from typing import Any

import activity_store
import pytest

from tests.pipeline.schedule import Functions, Schedule, real

SCHEDULES = int(os.environ.get("CHAOS_SCHEDULES", "200"))
PARTS = 8
MUTANT_SEEDS = range(40)


def run(seed: int, functions: Functions) -> Schedule:
    schedule = Schedule(seed, functions)
    try:
        schedule.run()
    except BaseException as problem:
        raise AssertionError(f"seed {seed}: {problem!r}; python -m tests.pipeline {seed}") from problem
    return schedule


@pytest.mark.parametrize("part", range(PARTS))
def test_the_books_agree_after_every_schedule(part: int) -> None:
    stored = 0
    seen: Counter[str] = Counter()
    for seed in range(part, SCHEDULES, PARTS):
        schedule = run(seed, real())
        stored += len(schedule.table.events())
        seen += schedule.world.happened
    assert stored > SCHEDULES / PARTS  # something was at stake
    wanted = [
        "kinesis: refused in part",
        "kinesis: throttled",
        "kinesis: reset on the way back",
        "dynamodb: refused in part",
        "dynamodb: throttled",
        "dynamodb: outage",
        "dynamodb: slow",
        "dynamodb: reset on the way back",
        "dynamodb: conflict",
        "validate: killed",
        "ingest: killed",
        "validate: failed in part",
        "batch halved",
        "batch given up",
        "checkpoint lost",
    ]
    if SCHEDULES >= 200:  # a few schedules need not see everything
        assert [each for each in wanted if not seen[each]] == []


def test_the_same_seed_gives_the_same_schedule() -> None:
    first, second = run(3, real()), run(3, real())
    assert first.world.happened == second.world.happened
    assert first.world.now_ms == second.world.now_ms


def _forgets_failures(batch: dict[str, Any], context: Any) -> dict[str, Any]:
    real().validate(batch, context)
    return {"batchItemFailures": []}


def _acknowledges_everything(request: dict[str, Any], context: Any) -> dict[str, Any]:
    answer = real().ingest(request, context)
    if answer["statusCode"] != 503:
        return answer
    return {**answer, "statusCode": 202, "body": answer["body"].replace('"failed"', '"accepted"')}


def _reports_the_last_alone(batch: dict[str, Any], context: Any) -> dict[str, Any]:
    failures = real().validate(batch, context)["batchItemFailures"]
    return {"batchItemFailures": failures[-1:]}


def _counts_apart(batch: dict[str, Any], context: Any) -> dict[str, Any]:
    """Event first, counter then: as one would without transactions."""
    whole = activity_store.Store._actions

    def write_one_by_one(store: Any, pack: list[Any]) -> list[dict[str, Any]]:
        actions = whole(store, pack)
        for action in actions[:-1]:
            action.get("Put", {}).pop("ConditionExpression", None)
            store.client.transact_write_items(TransactItems=[_unconditional(action)])
        return actions[-1:]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(activity_store.Store, "_actions", write_one_by_one)
        return real().validate(batch, context)


def _unconditional(action: dict[str, Any]) -> dict[str, Any]:
    if "Put" not in action:
        return action
    return {"Put": {**action["Put"], "ConditionExpression": "attribute_not_exists(pk)"}}


MUTANTS = {
    "forgets failures": lambda: Functions(real().ingest, _forgets_failures),
    "acknowledges everything": lambda: Functions(_acknowledges_everything, real().validate),
    "reports the last failure alone": lambda: Functions(real().ingest, _reports_the_last_alone),
    "counts apart from the event": lambda: Functions(real().ingest, _counts_apart),
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_books_notice_a_pipeline_that(mutant: str) -> None:
    for seed in MUTANT_SEEDS:
        try:
            Schedule(seed, MUTANTS[mutant]()).run()
        except AssertionError:
            return
    pytest.fail(f"{len(MUTANT_SEEDS)} schedules did not notice")
