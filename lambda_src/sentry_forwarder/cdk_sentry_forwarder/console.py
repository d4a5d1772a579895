"""Pages of the AWS console, in the partition of the region."""

import urllib.parse

_CONSOLES = {"cn-": "console.amazonaws.cn", "us-gov-": "console.amazonaws-us-gov.com"}


def log_events_link(region: str, log_group: str, log_stream: str, start_ms: int) -> str:
    """The page that shows a log stream from a moment on.

    Args:
        region: such as `eu-central-1`.
        log_group: of the stream.
        log_stream: which.
        start_ms: the moment, since the epoch.
    """
    group, stream = _quoted(log_group), _quoted(log_stream)
    return f"{_cloudwatch(region)}#logsV2:log-groups/log-group/{group}/log-events/{stream}$3Fstart$3D{start_ms}"


def alarm_link(region: str, alarm_name: str) -> str:
    """The page that shows an alarm with the graph of its metric."""
    return f"{_cloudwatch(region)}#alarmsV2:alarm/{urllib.parse.quote(alarm_name, safe='')}"


def _cloudwatch(region: str) -> str:
    host = next((host for prefix, host in _CONSOLES.items() if region.startswith(prefix)), "console.aws.amazon.com")
    return f"https://{host}/cloudwatch/home?region={region}"


def _quoted(name: str) -> str:
    # The console's own way: quoted twice, with $ for %.
    return urllib.parse.quote(urllib.parse.quote(name, safe=""), safe="").replace("%", "$")
