"""Answers of a Lambda proxy integration."""

import json
from collections.abc import Mapping
from typing import Any

from activity_common.invalid import Invalid


def answer(status: int, body: dict[str, Any], **headers: str) -> dict[str, Any]:
    """A JSON answer; a header's name is given with `_` for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json", "cache-control": "no-store", **named},
        "body": json.dumps(body, separators=(",", ":")),
    }


def bad_request(problem: Invalid) -> dict[str, Any]:
    """A 400 that says which field, what was given and what is allowed."""
    return answer(400, {"message": _message(problem), "errors": [problem.answer()]})


def bad_events(problems: Mapping[int, Invalid]) -> dict[str, Any]:
    """A 400 that says so of each bad event of a request, by its place."""
    first, problem = next(iter(problems.items()))
    more = f"; {len(problems)} events are bad, none of the request was taken" if len(problems) > 1 else ""
    errors = [{"index": index, **each.answer()} for index, each in problems.items()]
    return answer(400, {"message": f"events[{first}]: {_message(problem)}{more}", "errors": errors})


def forbidden() -> dict[str, Any]:
    """A 403: the caller is known and is somebody else."""
    return answer(403, {"message": "this caller may read and write its own user_id alone"})


def _message(problem: Invalid) -> str:
    return f"{problem.field} must be {problem.allowed}"
