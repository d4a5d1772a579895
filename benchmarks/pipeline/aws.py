"""Kinesis, DynamoDB and SQS that take everything at once: what is measured is the function, not the store."""

import bisect
import json
from collections import Counter
from typing import TYPE_CHECKING, Any, Self

from tests.harness.http_server import LOOPBACK, Connection, ThreadedServer

if TYPE_CHECKING:
    from collections.abc import Callable

_KIB = 1024


class QuickAws:
    """One endpoint for the three services.

    Attributes:
        keep: whether to count write units; costs the server time.
        write_units: of DynamoDB, for transactions (twice the size in KiB) and for the index by time.
        items: what `Query` finds, by sort key, for any user.
    """

    def __init__(self, items: dict[str, dict[str, Any]] | None = None) -> None:
        self.keep = False
        self.write_units: Counter[str] = Counter()
        self.items = items or {}
        self._sort_keys = sorted(self.items)
        self._server = ThreadedServer(self._serve, "quick-aws")

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()

    @property
    def environment(self) -> dict[str, str]:
        """Variables that lead AWS's SDKs here."""
        return {"AWS_ENDPOINT_URL": f"http://{LOOPBACK}:{self._server.port}"}

    def _serve(self, connection: Connection) -> None:
        answers: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "TransactWriteItems": self._transact,
            "PutItem": lambda _: {},
            "PutRecords": _put_records,
            "SendMessage": lambda _: {"MessageId": "1"},
            "Query": self._query,
        }
        while (request := connection.read_request()) is not None:
            operation = request.headers.get("x-amz-target", "").rpartition(".")[2]
            answer = answers[operation](json.loads(request.body) if self.keep or operation in _READ else {})
            content_type = request.headers.get("content-type", "application/x-amz-json-1.1")
            connection.send(200, json.dumps(answer).encode(), {"Content-Type": content_type})

    def _transact(self, call: dict[str, Any]) -> dict[str, Any]:
        for action in call.get("TransactItems", []):
            (kind, body), *_ = action.items()
            size_kib = -(-len(json.dumps(body.get("Item", {}))) // _KIB) or 1
            self.write_units["transactions"] += 2 * size_kib
            if kind == "Put":
                self.write_units["index"] += size_kib
        return {}

    def _query(self, call: dict[str, Any]) -> dict[str, Any]:
        """A range of sort keys, found as DynamoDB finds it: by their order, not by looking at all."""
        values = call["ExpressionAttributeValues"]
        first = bisect.bisect_left(self._sort_keys, values[":first"]["S"])
        last = bisect.bisect_right(self._sort_keys, values[":last"]["S"])
        found = [self.items[key] for key in self._sort_keys[first:last]]
        return {"Items": found, "Count": len(found), "ScannedCount": len(found)}


_READ = {"PutRecords", "Query"}


def _put_records(call: dict[str, Any]) -> dict[str, Any]:
    records = [{"SequenceNumber": "1", "ShardId": "shardId-000000000000"} for _ in call["Records"]]
    return {"FailedRecordCount": 0, "Records": records, "EncryptionType": "KMS"}
