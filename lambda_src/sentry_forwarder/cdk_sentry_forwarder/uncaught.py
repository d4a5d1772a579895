"""Errors that nobody caught, as each runtime prints them: one pattern a runtime.

Sources of the forms: the runtimes' own clients (aws-lambda-go lambda/invoke_loop.go, aws-lambda-java-libs
UserFault.java, aws-lambda-dotnet RuntimeSupport, aws-lambda-ruby-runtime-interface-client lambda_logger.rb,
aws-lambda-rust-runtime layers/panic.rs, aws-lambda-python-runtime-interface-client bootstrap.py,
aws-lambda-nodejs-runtime-interface-client) and the pages of docs.aws.amazon.com/lambda/latest/dg on each language.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from cdk_sentry_forwarder.kinds import Sighting, kind_of_error_type

_MAX_VALUE = 2_000
_MAX_STACK_TRACE = 8_000
_MAX_FRAMES = 100

_PYTHON = re.compile(
    r"\[ERROR\] (?P<type>[A-Za-z_][\w.]*)(?:: (?P<value>[^\n]*))?\nTraceback \(most recent call last\):"
)
_NODE = re.compile(
    r"\S+\t\S*\tERROR\t(?:Invoke Error|Uncaught Exception|Unhandled Promise Rejection)\s+(?P<json>\{.*)", re.DOTALL
)
_GO = re.compile(r"(?:\d{4}/\d\d/\d\d \d\d:\d\d:\d\d )?(?P<json>\{\"errorMessage\":.*\"errorType\":.*)", re.DOTALL)
_RUBY = re.compile(
    r"(?:Error raised from handler method|Critical exception from handler|Init error when loading handler[^\n]*)"
    r"\s*(?P<json>\{.*)?",
    re.DOTALL,
)
_JAVA = re.compile(
    r"(?P<value>[^\n]{0,2000}?): (?P<type>(?:[a-z_][\w$]{0,99}\.){1,20}[A-Z][\w$]{0,99})"
    r"\n(?P<stack>(?P=type)[^\n]*(?:\n[^\n]*){0,5}?\n\tat .*)",
    re.DOTALL,
)
_DOTNET = re.compile(
    r"\S+\t\S*\tfail\t(?P<type>(?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*Exception)(?:: (?P<value>[^\n]*))?(?P<stack>\n\s+at .*)",
    re.DOTALL,
)
_RUST = re.compile(
    r"thread '[^'\n]*'(?: \(\d+\))? panicked at (?P<place>[^\n]+?):?(?:\n(?P<value>[^\n]*))?(?:\n.*)?\Z", re.DOTALL
)
_RUST_ERROR = re.compile(r"(?:\S+\s+)?ERROR Lambda runtime invoke\{[^}\n]*\}:? ?(?P<value>[^\n]+)")


def of_text(text: str) -> Sighting | None:
    """The uncaught error that a message in the text format tells, or None. Never raises."""
    for pattern, read in _READERS:
        if found := pattern.match(text):
            return read(found)
    return None


def of_json(record: Mapping[str, Any]) -> Sighting | None:
    """The uncaught error that a message in the JSON format tells, or None. Never raises.

    A function's own logger writes `errorType` too where it is handed an exception. Only what the runtime itself
    writes has no logger and no message beside it, or has the whole error as its message.
    """
    message = record.get("message")
    if isinstance(message, Mapping) and "errorType" in message:
        return _error_object(message)
    if "errorType" in record and "errorMessage" in record and "logger" not in record:
        return _error_object(record)
    # Java's runtime wraps the text that it would have printed.
    return of_text(message[:_MAX_STACK_TRACE]) if isinstance(message, str) else None


def _error_object(error: Mapping[str, Any]) -> Sighting | None:
    error_type, value = error.get("errorType"), error.get("errorMessage")
    if not isinstance(error_type, str) or not error_type:
        return None
    stack = error.get("stackTrace") or error.get("stack") or error.get("trace")
    return _sighting(error_type, str(value or ""), _stack_text(stack), tuple(_frames(stack)))


def _embedded_json(found: re.Match[str]) -> Sighting | None:
    text = found["json"]
    if text is None:
        # Ruby prints the error's JSON in lines of their own.
        return _sighting("Error", " ".join(found[0].split()), "")
    try:
        error, _ = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        # Cut off, or not what it seems to be: better a fault with raw text than none.
        return _sighting("Error", text, "")
    return _error_object(error) or _sighting("Error", text, "")


def _rust_panic(found: re.Match[str]) -> Sighting:
    return _sighting("panic", found["value"] or f"panicked at {found['place']}", f"at {found['place']}")


def _plain(found: re.Match[str]) -> Sighting:
    groups = found.groupdict()
    return _sighting(groups.get("type") or "Error", groups.get("value") or "", groups.get("stack") or found[0])


_READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Sighting | None]], ...] = (
    (_PYTHON, lambda found: _sighting(found["type"], found["value"] or "", found.string)),
    (_NODE, _embedded_json),
    (_GO, _embedded_json),
    (_RUBY, _embedded_json),
    (_DOTNET, _plain),
    (_RUST, _rust_panic),
    (_RUST_ERROR, lambda found: _sighting("Error", found["value"], "")),
    (_JAVA, _plain),
)


def _sighting(error_type: str, value: str, stack: str, frames: tuple[dict[str, Any], ...] = ()) -> Sighting:
    kind = kind_of_error_type(error_type, value)
    return Sighting(kind, error_type[:200], value.strip()[:_MAX_VALUE], stack.strip("\n")[:_MAX_STACK_TRACE], frames)


def _stack_text(stack: Any) -> str:
    if isinstance(stack, str):
        return stack
    if isinstance(stack, Sequence):
        return "\n".join(each if isinstance(each, str) else json.dumps(each) for each in stack[:_MAX_FRAMES])
    return ""


def _frames(stack: Any) -> Iterator[dict[str, Any]]:
    """Sentry's frames of a stack that is printed as data, as Go's runtime does; Sentry wants the innermost last."""
    if not isinstance(stack, list):
        return
    for each in reversed(stack[:_MAX_FRAMES]):
        if isinstance(each, Mapping) and isinstance(each.get("path"), str):
            line = each.get("line")
            yield {
                "filename": each["path"],
                "function": str(each.get("label") or "?"),
                **({"lineno": line} if isinstance(line, int) else {}),
            }
