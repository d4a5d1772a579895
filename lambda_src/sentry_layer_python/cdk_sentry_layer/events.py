"""What every event carries, of whatever source: the tags of the event vocabulary, and where to look further."""

import contextlib
import contextvars
import json
import os
import platform
import sys
import urllib.parse

from cdk_sentry_layer import invocation as invocations
from cdk_sentry_layer import request_data
from cdk_sentry_layer.floods import kind_of_error, kind_of_text
from cdk_sentry_layer.notice import say_once

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping
    from typing import Any

    from cdk_sentry_layer.floods import Floods
    from cdk_sentry_layer.invocation import Invocation
    from cdk_sentry_layer.news import News
    from cdk_sentry_layer.settings import Settings

_MAX_TAG_VALUE = 200
_ARN_REGION = 3
_RUNTIME = {"name": platform.python_implementation(), "version": platform.python_version(), "build": sys.version}
_CONSOLES = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}
_reported: contextvars.ContextVar["News"] = contextvars.ContextVar("cdk_sentry_reported")


@contextlib.contextmanager
def reporting(news: "News") -> "Iterator[None]":
    """Tells the enricher which news the event captured in the body of the with statement is about."""
    token = _reported.set(news)
    try:
        yield
    finally:
        _reported.reset(token)


class Enricher:
    """Completes events on their way out, whoever captured them."""

    def __init__(self, settings: "Settings", floods: "Floods", is_own_client: "Callable[[], bool]") -> None:
        self._settings = settings
        self._floods = floods
        self._is_own_client = is_own_client
        self._tags = {**_environment_tags(settings.environment), **_own_tags(settings.environment)}

    def process(self, event: "dict[str, Any]", hint: "dict[str, Any] | None") -> "dict[str, Any] | None":
        """Adds tags and context to `event`; None if it is one too many of its kind."""
        invocation = invocations.current()
        held_back = self._count(event, hint or {})
        if held_back is None:
            return None
        tags = {
            **_context_tags(invocation.context),
            **self._tags,
            "cold_start": str(invocation.cold_start).lower(),
            **_batch_tags(invocation.event),
        }
        if held_back:
            tags["held_back"] = str(held_back)
        own = event.get("tags") or {}
        event["tags"] = {**tags, **(own if isinstance(own, dict) else dict(own))}
        event.setdefault("contexts", {}).setdefault("runtime", _RUNTIME)
        if invocation.context is not None:
            self._add_invocation(event, invocation)
        return event

    def _count(self, event: "dict[str, Any]", hint: "dict[str, Any]") -> int | None:
        news = _reported.get(None)
        if news is not None:
            return news.held_back
        if event.get("type") is not None or not self._is_own_client():
            return 0
        return self._floods.admit(_kind(event, hint))

    def _add_invocation(self, event: "dict[str, Any]", invocation: "Invocation") -> None:
        context = invocation.context
        extra = event.setdefault("extra", {})
        remaining_ms = invocation.remaining_ms
        extra["lambda"] = {
            "function_name": context.function_name,
            "function_version": context.function_version,
            "invoked_function_arn": context.invoked_function_arn,
            "aws_request_id": context.aws_request_id,
            "remaining_time_in_millis": remaining_ms,
            "execution_duration_in_millis": None
            if remaining_ms is None
            else (invocation.timeout_ms or 0) - remaining_ms,
        }
        extra["cloudwatch logs"] = {
            "url": console_link(context, int(invocation.started_s * 1000)),
            "log_group": context.log_group_name,
            "log_stream": context.log_stream_name,
        }
        if self._settings.send_default_pii:
            request_data.add(event, invocation.event, context)


def console_link(context: "Any", started_ms: int) -> str:
    """The page of the CloudWatch console that shows the log lines of the invocation.

    Args:
        context: the runtime's context object.
        started_ms: when the invocation began, since the epoch.
    """
    _, partition, _, region, *_ = context.invoked_function_arn.split(":")
    group, stream = (
        # The console's own way: quoted twice, with $ for %.
        urllib.parse.quote(urllib.parse.quote(name, safe=""), safe="").replace("%", "$")
        for name in (context.log_group_name, context.log_stream_name)
    )
    return (
        f"https://{_CONSOLES.get(partition, _CONSOLES['aws'])}/cloudwatch/home?region={region}"
        f"#logsV2:log-groups/log-group/{group}/log-events/{stream}$3Fstart$3D{started_ms - 1000}"
    )


def _kind(event: "Mapping[str, Any]", hint: "Mapping[str, Any]") -> "Hashable":
    exc_info = hint.get("exc_info")
    if exc_info and exc_info[1] is not None:
        return kind_of_error(exc_info[1], exc_info[2])
    entry = event.get("logentry") or {}
    return event.get("logger"), kind_of_text(str(event.get("message") or entry.get("message")))


def _environment_tags(environment: "Mapping[str, str]") -> dict[str, str]:
    machine = os.uname().machine
    tags = {
        "function_name": environment.get("AWS_LAMBDA_FUNCTION_NAME"),
        "function_version": environment.get("AWS_LAMBDA_FUNCTION_VERSION"),
        "memory_mb": environment.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"),
        "runtime": f"python{sys.version_info.major}.{sys.version_info.minor}",
        "architecture": {"aarch64": "arm64"}.get(machine, machine),
        "aws_region": environment.get("AWS_REGION"),
    }
    return {name: value for name, value in tags.items() if value}


def _context_tags(context: "Any") -> dict[str, str]:
    """The same as far as the context object knows them: a host other than AWS may set fewer variables."""
    arn = str(getattr(context, "invoked_function_arn", "")).split(":")
    tags = {
        "function_name": getattr(context, "function_name", None),
        "function_version": getattr(context, "function_version", None),
        "memory_mb": getattr(context, "memory_limit_in_mb", None),
        "aws_region": arn[_ARN_REGION] if len(arn) > _ARN_REGION else None,
    }
    return {name: str(value) for name, value in tags.items() if value}


def _own_tags(environment: "Mapping[str, str]") -> dict[str, str]:
    """SENTRY_TAGS, a JSON object."""
    text = environment.get("SENTRY_TAGS")
    try:
        tags = json.loads(text) if text else {}
        return {str(name): str(value)[:_MAX_TAG_VALUE] for name, value in tags.items()}
    except (ValueError, AttributeError):
        say_once("tags", f"SENTRY_TAGS is {text!r}, expected a JSON object of strings: events go without them")
        return {}


def _batch_tags(event: "Any") -> dict[str, str]:
    records = event.get("Records") if isinstance(event, dict) else event
    if isinstance(records, list) and len(records) > 1:
        return {"batch_request": "true", "batch_size": str(len(records))}
    return {}
