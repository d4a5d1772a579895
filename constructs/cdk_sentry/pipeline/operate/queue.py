"""Goes through the messages that a queue has, once, while more may arrive."""

import json
from collections.abc import Container, Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from botocore.exceptions import ClientError

_INVISIBLE_S = 300
_WAIT_S = 1  # for messages on servers that SQS would not ask otherwise
# What SQS says of a message that has been out for too long.
_BACK_ALREADY = {"MessageNotInflight", "ReceiptHandleIsInvalid", "InvalidParameterValue"}


@dataclass(slots=True)
class Message:
    """One message; unless it is deleted it goes back to the queue."""

    sqs: Any
    queue_url: str
    receipt_handle: str
    body: dict[str, Any]
    is_deleted: bool = False

    def delete(self) -> None:
        """It is done."""
        self.sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=self.receipt_handle)
        self.is_deleted = True

    def give_back(self) -> None:
        """It stays in the queue, for whoever comes next."""
        try:
            self.sqs.change_message_visibility(
                QueueUrl=self.queue_url, ReceiptHandle=self.receipt_handle, VisibilityTimeout=0
            )
        except ClientError as error:
            if error.response["Error"]["Code"].rpartition(".")[2] not in _BACK_ALREADY:
                raise


def waiting(sqs: Any, queue_url: str) -> Iterator[Message]:
    """The messages that were sent before this began, each once.

    What is put back while this goes on, such as poison that is replayed and still is poison, is left alone: otherwise
    this might never end.
    """
    answer = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])
    # The service's clock, not this machine's.
    began_ms = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"]).timestamp() * 1000
    received: dict[str, Message] = {}
    try:
        while fresh := _receive(sqs, queue_url, received.keys()):
            for each in fresh:
                message = Message(sqs, queue_url, each["ReceiptHandle"], json.loads(each["Body"]))
                received[each["MessageId"]] = message
                if int(each["Attributes"]["SentTimestamp"]) < began_ms:
                    yield message
                    message.body = {}  # up to 256 KB each
    finally:
        # Only now: what is visible at once would be received again at once.
        for message in received.values():
            if not message.is_deleted:
                message.give_back()


def _receive(sqs: Any, queue_url: str, known: Container[str]) -> list[dict[str, Any]]:
    answer = sqs.receive_message(
        QueueUrl=queue_url,
        MaxNumberOfMessages=10,
        WaitTimeSeconds=_WAIT_S,
        VisibilityTimeout=_INVISIBLE_S,
        MessageSystemAttributeNames=["SentTimestamp"],
    )
    return [each for each in answer.get("Messages", []) if each["MessageId"] not in known]
