"""Answers of a Lambda proxy integration."""

import json
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


def bad_request(problem: Invalid, **place: int) -> dict[str, Any]:
    """A 400 that says which field, what was given and what is allowed; `place` tells events of a batch apart."""
    message = f"{problem.field} must be {problem.allowed}"
    return answer(400, {"message": message, "errors": [{**place, **problem.answer()}]})
