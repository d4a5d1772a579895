"""Full mode: one transaction an invocation, as the SDK's AwsLambdaIntegration makes it, finished after the response."""

import contextvars
import datetime as dt

import sentry_sdk

from cdk_sentry_layer import scopes
from cdk_sentry_layer.invocation import Invocation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

OPERATION = "function.aws"
ORIGIN = "auto.function.aws_lambda"


class Running:
    """A transaction and what finishing it later needs.

    Attributes:
        transaction: the SDK's.
        ended: when the handler was through.
        context: the context variables at that moment, Sentry's scopes among them.
    """

    __slots__ = ("context", "ended", "transaction")

    def __init__(self, transaction: "Any") -> None:
        self.transaction = transaction
        self.ended: dt.datetime | None = None
        self.context: contextvars.Context | None = None


def start(invocation: Invocation) -> None:
    """Starts the transaction of `invocation` on the caller's trace, in the invocation's own scope."""
    continued = scopes.continue_trace(
        invocation, op=OPERATION, name=invocation.context.function_name, source="component"
    )
    if hasattr(continued, "origin"):
        continued.origin = ORIGIN
    sampling_context = {"aws_event": invocation.event, "aws_context": invocation.context}
    transaction = sentry_sdk.start_transaction(continued, custom_sampling_context=sampling_context)
    # Not as a context manager: leaving it would build the event before the response.
    scopes.current().span = transaction
    invocation.transaction = Running(transaction)


def end(invocation: Invocation) -> None:
    """The handler is through: notes when, and whether it failed."""
    running = invocation.transaction
    running.ended = dt.datetime.now(dt.timezone.utc)  # noqa: UP017  3.10
    running.context = contextvars.copy_context()
    if invocation.error is not None:
        running.transaction.set_status("internal_error")


def finish(invocation: Invocation) -> None:
    """Builds the transaction's event and hands it to the transport, unless the handler still runs."""
    running = invocation.transaction
    if running.context is not None:
        running.context.run(running.transaction.finish, end_timestamp=running.ended)
        invocation.transaction = None
