"""Uses the SDK as any program does; the event's `steps` say how."""

import importlib
import logging
from typing import Any


def the_sdk() -> Any:
    """Imports it in the handler, as functions do that need it on some paths alone."""
    return importlib.import_module("sentry_sdk")


STATE: dict[str, Any] = {}


def message() -> None:
    sentry_sdk = the_sdk()

    sentry_sdk.capture_message("hello")


def other_message() -> None:
    sentry_sdk = the_sdk()

    sentry_sdk.capture_message("good bye")


def tags() -> None:
    sentry_sdk = the_sdk()

    sentry_sdk.set_tag("basket", "b-1")
    sentry_sdk.set_user({"id": "u-1"})
    sentry_sdk.add_breadcrumb(category="shop", message="put into basket")


def scoped() -> None:
    sentry_sdk = the_sdk()

    with sentry_sdk.push_scope() as scope:
        scope.set_tag("inner", "yes")
        sentry_sdk.capture_message("scoped")


def caught() -> None:
    sentry_sdk = the_sdk()

    try:
        int("many")
    except ValueError as error:
        sentry_sdk.capture_exception(error)


def captured_and_raised() -> None:
    sentry_sdk = the_sdk()

    try:
        int("many")
    except ValueError as error:
        sentry_sdk.capture_exception(error)
        raise


def log_info() -> None:
    logging.getLogger("shop").warning("a record")


def log_error() -> None:
    logging.getLogger("shop").error("an error record")


def fail() -> None:
    raise LookupError("no basket")


def version() -> None:
    sentry_sdk = the_sdk()

    STATE["version"] = sentry_sdk.VERSION


def flush() -> None:
    sentry_sdk = the_sdk()

    sentry_sdk.flush(2)


def handler(event: Any, _context: Any) -> Any:
    for step in event["steps"]:
        globals()[step]()
    return dict(STATE)
