"""Sentry's scopes in either generation of the SDK: scopes since 2.0, hubs before."""

import contextlib

import sentry_sdk

from cdk_sentry_layer import trace_headers
from cdk_sentry_layer.invocation import Invocation, News

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from typing import Any


def isolated() -> "AbstractContextManager[Any]":
    """A scope of its own, a copy of the current one, for the body of a with statement."""
    if hasattr(sentry_sdk, "isolation_scope"):
        return sentry_sdk.isolation_scope()
    return _isolated_hub()


@contextlib.contextmanager
def _isolated_hub() -> "Iterator[Any]":
    with sentry_sdk.Hub(sentry_sdk.Hub.current) as hub, hub.configure_scope() as scope:
        yield scope


def enter(invocation: Invocation) -> None:
    """Opens the invocation's own scope, without the breadcrumbs of earlier ones, on the caller's trace."""
    stack = contextlib.ExitStack()
    scope = stack.enter_context(isolated())
    scope.clear_breadcrumbs()
    sentry_sdk.continue_trace(trace_headers.of_event(invocation.event, invocation.context))
    invocation.scope = stack


@contextlib.contextmanager
def of_news(news: News, invocation: Invocation) -> "Iterator[None]":
    """The scope to report `news` in: as it was when it happened."""
    with isolated() as scope:
        if not news.has_scope:
            scope.clear_breadcrumbs()
            sentry_sdk.continue_trace(trace_headers.of_event(invocation.event, invocation.context))
            add_breadcrumbs(news.breadcrumbs)
        yield


def add_breadcrumbs(breadcrumbs: "list[dict[str, Any]]") -> None:
    """Adds breadcrumbs that were kept while the SDK was not there."""
    import datetime as dt

    for breadcrumb in breadcrumbs:
        moment = dt.datetime.fromtimestamp(breadcrumb["timestamp"], dt.timezone.utc)  # noqa: UP017  3.10
        sentry_sdk.add_breadcrumb({**breadcrumb, "timestamp": moment})
