"""Goes through the messages that a queue has, once, while more may arrive."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

_INVISIBLE_S = 300


@dataclass(frozen=True)
class Message:
    """One message; it comes again after five minutes unless it is deleted or given back."""

    sqs: Any
    queue_url: str
    receipt_handle: str
    body: dict[str, Any]

    def delete(self) -> None:
        """It is done."""
        self.sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=self.receipt_handle)

    def give_back(self) -> None:
        """It stays in the queue, for whoever comes next."""
        self.sqs.change_message_visibility(
            QueueUrl=self.queue_url, ReceiptHandle=self.receipt_handle, VisibilityTimeout=0
        )


def waiting(sqs: Any, queue_url: str) -> Iterator[Message]:
    """The messages that were sent before this began, each at least once.

    What is put back while this goes on, such as poison that is replayed and still is poison, is left alone: otherwise
    this might never end.
    """
    answer = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])
    # The service's clock, not this machine's.
    began_ms = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"]).timestamp() * 1000
    seen: set[str] = set()
    newer: list[Message] = []
    while True:
        received = sqs.receive_message(
            QueueUrl=queue_url,
            MaxNumberOfMessages=10,
            WaitTimeSeconds=1,
            VisibilityTimeout=_INVISIBLE_S,
            MessageSystemAttributeNames=["SentTimestamp"],
        ).get("Messages", [])
        fresh = [each for each in received if each["MessageId"] not in seen]
        if not fresh:
            break
        for each in fresh:
            seen.add(each["MessageId"])
            message = Message(sqs, queue_url, each["ReceiptHandle"], json.loads(each["Body"]))
            if int(each["Attributes"]["SentTimestamp"]) >= began_ms:
                newer.append(message)
            else:
                yield message
    for message in newer:
        message.give_back()
