"""Answers how many earlier events were in memory when its own was about to be parsed."""

import gc
from typing import Any

from awslambdaric.lambda_runtime_client import BaseLambdaRuntimeClient

marshaller = BaseLambdaRuntimeClient.marshaller
parse = marshaller.unmarshal_request
counts: list[int] = []


def count_and_parse(*arguments: Any) -> Any:
    gc.collect()
    counts.append(sum(1 for thing in gc.get_objects() if type(thing) is dict and thing.get("marker") == "event"))
    return parse(*arguments)


marshaller.unmarshal_request = count_and_parse


def handler(event: Any, _context: Any) -> list[int]:
    if event.get("fail"):
        raise LookupError("no basket")
    return counts
