"""Sentry's scopes in either generation of the SDK: scopes since 2.0, hubs before."""

import contextlib
import datetime as dt
import logging

import sentry_sdk

from cdk_sentry_layer import trace_headers
from cdk_sentry_layer.invocation import Invocation
from cdk_sentry_layer.news import News

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from typing import Any


_LEVELS = {logging.INFO: "info", logging.WARNING: "warning", logging.ERROR: "error", logging.CRITICAL: "fatal"}


def isolated() -> "AbstractContextManager[Any]":
    """A scope of its own, a copy of the current one, for the body of a with statement."""
    if hasattr(sentry_sdk, "isolation_scope"):
        return sentry_sdk.isolation_scope()
    return _isolated_hub()


@contextlib.contextmanager
def _isolated_hub() -> "Iterator[Any]":
    with sentry_sdk.Hub(sentry_sdk.Hub.current) as hub, hub.configure_scope() as scope:
        yield scope


def client() -> "Any":
    """The client that is active now."""
    return sentry_sdk.get_client() if hasattr(sentry_sdk, "get_client") else sentry_sdk.Hub.current.client


def current() -> "Any":
    """The current scope, the one that holds the running span."""
    return sentry_sdk.get_current_scope() if hasattr(sentry_sdk, "get_current_scope") else sentry_sdk.Hub.current.scope


def enter(invocation: Invocation) -> None:
    """Opens the invocation's own scope, without the breadcrumbs of earlier ones."""
    stack = contextlib.ExitStack()
    scope = stack.enter_context(isolated())
    scope.clear_breadcrumbs()
    invocation.scope = stack


def continue_trace(invocation: Invocation, **details: str) -> "Any":
    """Puts the current scope on the caller's trace, or on one of the invocation's own.

    Returns:
        The SDK's transaction, not started.
    """
    if invocation.trace_headers is None:
        invocation.trace_headers = trace_headers.of_event(invocation.event, invocation.context)
    transaction = sentry_sdk.continue_trace(invocation.trace_headers, **details)
    if not invocation.trace_headers and hasattr(sentry_sdk, "get_traceparent"):
        invocation.trace_headers = {trace_headers.SENTRY_TRACE: sentry_sdk.get_traceparent() or ""}
    return transaction


@contextlib.contextmanager
def of_news(news: News) -> "Iterator[None]":
    """The scope to report `news` in: as it was when it happened."""
    with isolated() as scope:
        if not news.has_scope:
            scope.clear_breadcrumbs()
            continue_trace(news.invocation)
            add_breadcrumbs(news.breadcrumbs)
        yield


def add_breadcrumbs(breadcrumbs: "list[tuple[float, int, str, str, str, dict[str, Any]]]") -> None:
    """Adds breadcrumbs that were kept while the SDK was not there."""
    for created_s, level, level_name, logger, text, extra in breadcrumbs:
        sentry_sdk.add_breadcrumb(
            type="log",
            level=_LEVELS.get(level) or level_name.lower(),
            category=logger,
            message=text,
            timestamp=dt.datetime.fromtimestamp(created_s, dt.timezone.utc),  # noqa: UP017  3.10
            data=extra,
        )
