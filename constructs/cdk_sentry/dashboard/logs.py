"""Recent errors of all functions as a table, and queries to begin a search with."""

from collections.abc import Iterator, Sequence

from aws_cdk import Stack, Token
from aws_cdk import aws_logs as logs
from constructs import Construct

from ..functions.function import MonitoredFunction
from ..identity import identity
from ..on_aws import only_on_aws
from .board import Widget
from .names import function_name_in
from .substitution import substituted

# docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html: log groups that one query takes.
_MAX_GROUPS = 50

# Lines of Lambda's text and JSON formats, and what Lambda says of a timeout and of a process that ended.
_ERRORS = r"""fields @timestamp, @log, @message
| filter level in ["ERROR", "CRITICAL", "FATAL"] or @message like /\[ERROR\]|\tERROR\t|Task timed out|Runtime exited/
| sort @timestamp desc
| limit 50"""
_DURATIONS = """filter @type = "REPORT"
| stats max(@duration) as longest_ms, pct(@duration, 95) as p95_ms, count(*) as invocations,
    count(@initDuration) as cold_starts, pct(@initDuration, 95) as cold_start_p95_ms by @log
| sort longest_ms desc
| limit 25"""
_SAVED = {"Errors": _ERRORS, "Durations": _DURATIONS}


def log_groups(functions: Sequence[MonitoredFunction], stack: Stack) -> list[str]:
    """The log groups of functions, as far as the template of a stack can name them.

    Args:
        functions: of the stack, and of those nested in it.
        stack: whose template is to name them.
    """
    return list(dict.fromkeys(group for each in functions for group in _group_of(each, stack)))


def _group_of(function: MonitoredFunction, stack: Stack) -> Iterator[str]:
    if function.condition:
        return  # A query fails for one group that is not there.
    group = function.log_group
    if group is None:
        yield f"/aws/lambda/{function_name_in(stack, function)}"
    elif isinstance(group, str):
        yield group
    elif identity(function.stack) == identity(stack):
        # It refers to something in its own template, and so can be said in that one only.
        yield Token.as_string(group)


def error_rows(groups: Sequence[str], region: str) -> Iterator[list[Widget]]:
    """Yields a table of recent errors for each 50 log groups.

    Args:
        groups: names.
        region: where they are.
    """
    for start in range(0, len(groups), _MAX_GROUPS):
        batch = groups[start : start + _MAX_GROUPS]
        source = " | ".join(f"SOURCE '{group}'" for group in batch)
        which = "" if len(groups) <= _MAX_GROUPS else f", functions {start + 1} to {start + len(batch)}"
        properties = {"title": f"Recent errors{which}", "view": "table", "region": region}
        yield [Widget("log", {**properties, "query": f"{source} | {_ERRORS}"}, height=9)]


def save_queries(scope: Construct, groups: Sequence[str], prefix: str) -> None:
    """Declares queries that people find in Logs Insights, in a folder named after the stack.

    Args:
        scope: where.
        groups: that they ask; where there are more than a query takes, one chooses when one runs them.
        prefix: the folder.
    """
    # A name holds no comma: docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
    names = Token.as_list({"Fn::Split": [",", substituted(",".join(groups))]})
    for name, query in _SAVED.items():
        saved = logs.CfnQueryDefinition(
            scope,
            f"Query{name}",
            name=f"{prefix}/{name}",
            query_string=query,
            log_group_names=names if len(groups) <= _MAX_GROUPS else None,
        )
        only_on_aws(saved)
