"""Deletes what the pipeline keeps of one user: events, counters, records in quarantine.

What this cannot reach goes by itself: the stream's records and both queues' messages after their retention, backups of
the table after 35 days. Logs and Sentry never had any of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .deployed import Deployed
from .queue import waiting
from .retry import until_taken

_ITEMS_PER_CALL = 25


@dataclass(slots=True)
class Erased:
    """What was deleted.

    Attributes:
        items: events and days of the table.
        quarantined: messages of the quarantine.
    """

    items: int = 0
    quarantined: int = 0


def erase_user(dynamodb: Any, sqs: Any, deployed: Deployed, user_id: str) -> Erased:
    """Deletes everything of a user. Can be repeated, and has to be if events of the user were still on their way.

    Args:
        dynamodb: client of boto3.
        sqs: client of boto3.
        deployed: the pipeline.
        user_id: whose.

    Raises:
        OperationError: DynamoDB refuses again and again; what is left goes with the next attempt.
    """
    erased = Erased()
    pages = dynamodb.get_paginator("query").paginate(
        TableName=deployed.table,
        KeyConditionExpression="pk = :user",
        ExpressionAttributeValues={":user": {"S": f"USER#{user_id}"}},
        ProjectionExpression="pk, sk",
        ConsistentRead=True,
    )
    for page in pages:
        keys = [{"pk": item["pk"], "sk": item["sk"]} for item in page["Items"]]
        _delete(dynamodb, deployed.table, keys)
        erased.items += len(keys)
    for message in waiting(sqs, deployed.quarantine_url):
        if message.body["position"]["partition_key"] == user_id:
            message.delete()
            erased.quarantined += 1
    return erased


def _delete(dynamodb: Any, table: str, keys: Sequence[dict[str, Any]]) -> None:
    def call(left: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        requests = [{"DeleteRequest": {"Key": key}} for key in left[:_ITEMS_PER_CALL]]
        refused = dynamodb.batch_write_item(RequestItems={table: requests}).get("UnprocessedItems", {})
        return [each["DeleteRequest"]["Key"] for each in refused.get(table, [])] + list(left[_ITEMS_PER_CALL:])

    until_taken(f"items not deleted from {table}", keys, call)
