"""The SDK's connection to Sentry in a process that is frozen between invocations."""

import urllib3
from urllib3.exceptions import ProtocolError

from cdk_sentry_layer.notice import say_once

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class _RetryOfLostConnection(urllib3.Retry):
    """Once more where a kept connection was gone: closed, or forgotten by a NAT gateway while frozen.

    Not where Sentry is slow or answers nonsense: it has the event then, or would be slow again.
    """

    def _is_read_error(self, err: Exception) -> bool:
        return isinstance(err, ProtocolError) and any(isinstance(cause, ConnectionError) for cause in err.args)


def adopt(transport: "Any") -> None:
    """Makes the SDK's transport fit for AWS Lambda: lost connections cost no event, lost events are said once."""
    transport.on_dropped_event = _say_dropped
    pool: Any = getattr(transport, "_pool", None)
    if hasattr(pool, "connection_pool_kw"):
        pool.connection_pool_kw["retries"] = _RetryOfLostConnection(
            total=1, other=0, redirect=0, status=0, allowed_methods=None, respect_retry_after_header=False
        )


def drop(transport: "Any") -> None:
    """Closes kept connections: after a restore from a snapshot they lead nowhere."""
    pool: Any = getattr(transport, "_pool", None)
    if hasattr(pool, "clear"):
        pool.clear()


def _say_dropped(reason: str) -> None:
    say_once("dropped", f"an event did not reach Sentry ({reason}); further ones are not mentioned")
