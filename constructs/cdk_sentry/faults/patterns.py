r"""Which log lines are delivered to the forwarder: the platform's words for a fault, and each runtime's own.

One regular expression a log group, in both log formats. CloudWatch Logs takes in it letters, digits, the symbols
`: _ # = @ / ; , -` and the operators `^ $ ? [ ] { } | \ * + .`; no parentheses, no quotes, and `\s` for a space:
docs.aws.amazon.com/AmazonCloudWatch/latest/logs/regex-expressions.html. What matches by chance costs one delivery
and is dropped there: the forwarder reads a line more strictly.
"""

MAX_LENGTH = 1024
"""docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutSubscriptionFilter.html, filterPattern."""

_PLATFORM = (
    r"Task\stimed\sout\safter",
    r"Runtime\sexited",
    r"Process\sexited\sbefore",
    r"Status:\stimeout",
    r"Status:\serror",
    r"Launch\serror",
    r"Runtime\.ExitError",
    r"Runtime\.Unknown",
    r"Runtime\.Import",
    r"Runtime\.Handler",
    r"Runtime\.UserCode",
    r"Runtime\.Malformed",
    r"Runtime\.Invalid",
    r"Extension\.[A-Z]",
    # In the JSON format a status is success, timeout, error or failure.
    r"platform\..*status.:\s?.[tef]",
)

# A function's own logger puts a tab and the time behind the level, a runtime puts a space and the error's type.
_UNCAUGHT = {
    "python": (r"\[ERROR\]\s[A-Za-z_]", "errorType"),
    "nodejs": (r"Invoke\sError", r"Uncaught\sException", r"Unhandled\sPromise", "errorType"),
    "java": (r"[a-z]\.[A-Z][A-Za-z]*Exception", r"[a-z]\.[A-Z][A-Za-z]*Error"),
    "dotnet": (r"\sfail\s", "errorType"),
    "ruby": (r"raised\sfrom\shandler", r"exception\sfrom\shandler", r"Init\serror\swhen"),
    "go": ("errorMessage",),
    "provided": ("errorMessage", r"panicked\sat", r"Lambda\sruntime\sinvoke"),
}


def filter_pattern(runtime: str | None, *, has_layer: bool) -> str:
    """The pattern for the log group of a function.

    Args:
        runtime: Lambda's identifier; None where it is not known, as with container images: then the words of every
            runtime.
        has_layer: whether a layer in the function's process reports uncaught errors: then only the platform's words.
    """
    return f"%{'|'.join(dict.fromkeys((*_PLATFORM, *(() if has_layer else _words_of(runtime)))))}%"


def _words_of(runtime: str | None) -> tuple[str, ...]:
    for prefix, words in _UNCAUGHT.items():
        if runtime is not None and runtime.startswith(prefix):
            return words
    return tuple(word for words in _UNCAUGHT.values() for word in words)
