"""What is compared with: the consumer that one writes first, one `put_item` for each record."""

import base64
import functools
import json
import os
from decimal import Decimal
from typing import Any

import boto3
from boto3.dynamodb.types import TypeSerializer


def handler(batch: dict[str, Any], _context: Any) -> None:
    """Stores each record of a batch by a call of its own, checks nothing, counts nothing."""
    for record in batch["Records"]:
        event = json.loads(base64.b64decode(record["kinesis"]["data"]), parse_float=Decimal)["event"]
        keys = {"pk": f"USER#{event['user_id']}", "sk": f"EVENT#{event['event_id']}"}
        item = {name: _serialize(value) for name, value in {**keys, **event}.items()}
        _dynamodb().put_item(
            TableName=os.environ["TABLE_NAME"], Item=item, ConditionExpression="attribute_not_exists(pk)"
        )


_serialize = TypeSerializer().serialize


@functools.cache
def _dynamodb() -> Any:
    return boto3.client("dynamodb")
