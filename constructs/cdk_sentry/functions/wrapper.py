"""Tells functions in which Lambda's runtime is not started: a wrapper script runs a program of its own instead.

AWS Lambda Web Adapter does that: its `/opt/bootstrap` takes the handler for the path of a script that starts a web
server (awslabs.github.io/aws-lambda-web-adapter). Other wrappers, such as OpenTelemetry's, end by starting the runtime.
"""

from .function import MonitoredFunction

_WRAPPER = "AWS_LAMBDA_EXEC_WRAPPER"
_WEB_ADAPTER = "/opt/bootstrap"
_SCRIPT = ".sh"


def replaces_runtime(function: MonitoredFunction) -> bool:
    """Whether the function's handler is a program, and no function that Lambda's runtime calls.

    Args:
        function: which.
    """
    wrapper = function.variables.get(_WRAPPER)
    return wrapper == _WEB_ADAPTER or (wrapper is not None and (function.handler or "").endswith(_SCRIPT))
