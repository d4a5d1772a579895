"""The id of an event that tells of what the forwarder reads in the log as well: Sentry keeps one event an id."""

import hashlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cdk_sentry_layer.invocation import Invocation
    from cdk_sentry_layer.news import News

_ID_LENGTH = 32
_MINUTE_S = 60


def id_shared_with_forwarder(news: "News") -> str | None:
    """The id of `news` that the platform tells of, too; None where only this process knows.

    Made as cdk_sentry_forwarder/event_ids.py makes it.
    """
    kind = _kind(news)
    return None if kind is None else _id(news.invocation, kind)


def _kind(news: "News") -> str | None:
    if news.mechanism == "timeout":
        return "timeout"
    # Whatever is no Exception ends the process.
    ends_process = isinstance(news.what, BaseException) and not isinstance(news.what, Exception)
    return "exit" if ends_process and news.mechanism == "aws_lambda" else None


def _id(invocation: "Invocation", kind: str) -> str | None:
    context = invocation.context
    if invocation.timeout_ms is None or context is None:
        return None
    # Its minute tells an attempt at a request from the next.
    deadline_minute = int((invocation.started_s + invocation.timeout_ms / 1000) // _MINUTE_S)
    identity = f"{context.aws_request_id} {kind} {deadline_minute}"
    return hashlib.sha256(identity.encode()).hexdigest()[:_ID_LENGTH]
