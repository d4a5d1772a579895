"""Something to report and the moment it happened."""

import contextvars

TYPE_CHECKING = False
if TYPE_CHECKING:
    import logging
    from contextlib import ExitStack
    from types import TracebackType

    from cdk_sentry_layer.invocation import Invocation


class News:
    """What is reported as one event.

    Attributes:
        invocation: in which it happened.
        what: an error of the function, a log record, or an error as JSON that the runtime posted.
        mechanism: Sentry's word for where it was caught.
        held_back: how many were not sent since the last one sent: of the same, or because there were too many kinds.
        breadcrumbs: what was logged before, unless the SDK has it.
        traceback: of an error, from the function's own frames on.
        context: the context variables at that moment, Sentry's scopes among them.
        frozen: a copy of those scopes, to be closed after the report.
        has_scope: whether those scopes are the invocation's own.
    """

    __slots__ = (
        "breadcrumbs",
        "context",
        "frozen",
        "has_scope",
        "held_back",
        "invocation",
        "mechanism",
        "traceback",
        "what",
    )

    def __init__(
        self,
        what: "BaseException | logging.LogRecord | str",
        invocation: "Invocation",
        *,
        held_back: int,
        mechanism: str = "aws_lambda",
        traceback: "TracebackType | None" = None,
    ) -> None:
        self.what = what
        self.invocation = invocation
        self.mechanism = mechanism
        self.held_back = held_back
        self.breadcrumbs = list(invocation.breadcrumbs)
        self.traceback = traceback
        self.context = contextvars.copy_context()
        self.frozen: ExitStack | None = None
        self.has_scope = invocation.has_scope
