"""The subcommand: its arguments, its permissions, what it prints, how it ends."""

import argparse
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from ..command import Command, Exit, Invocation, Permission, filled

_UNITS_S = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400}
_SPAN = re.compile(r"(?P<number>\d+)\s*(?P<unit>s|m|min|h|d)")
_LONGEST = timedelta(days=14)
_SHORTEST_S, _LONGEST_S = 1, 600


def _since(text: str) -> datetime:
    now = datetime.now(UTC)
    if found := _SPAN.fullmatch(text):
        since = now - timedelta(seconds=int(found["number"]) * _UNITS_S[found["unit"]])
    else:
        try:
            since = datetime.fromisoformat(text)
        except ValueError:
            raise argparse.ArgumentTypeError(
                f"{text!r} is no span such as 90s, 30m, 1h or 2d, and no time such as 2025-01-31T12:00:00Z"
            ) from None
        since = since if since.tzinfo else since.replace(tzinfo=UTC)
    if not timedelta(0) < now - since <= _LONGEST:
        raise argparse.ArgumentTypeError(f"{text!r} does not lie within the last {_LONGEST.days} days")
    return since


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise argparse.ArgumentTypeError(f"{text!r} is no header such as 'x-api-key: KEY'")
    return name.strip(), value.strip()


def _user_key(text: str) -> str:
    if "{user}" not in text:
        raise argparse.ArgumentTypeError(f"{text!r} has no place for the user, such as 'USER#{{user}}' has")
    return text


def _path(text: str) -> str:
    if not text.startswith("/"):
        raise argparse.ArgumentTypeError(f"{text!r} is no path such as /users/{{user}}/history")
    return text


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise argparse.ArgumentTypeError(f"{text!r} is no address such as https://api.example.com")
    return text


def _timeout(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds") from None
    if not _SHORTEST_S <= seconds <= _LONGEST_S:
        raise argparse.ArgumentTypeError(f"{text} s: give {_SHORTEST_S} to {_LONGEST_S}")
    return seconds


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--stack", required=True, type=filled, metavar="NAME", help="name of the CloudFormation stack")
    parser.add_argument("--user", type=filled, metavar="ID", help="whose data is missing, if it is about somebody")
    parser.add_argument(
        "--since", type=_since, default="1h", metavar="TIME", help="a span such as 30m, or a time; 1h by default"
    )
    parser.add_argument("--timeout", type=_timeout, default=30.0, metavar="S", help="seconds for all; 30 by default")
    requests = parser.add_argument_group("requests to the stack's APIs: GET alone")
    requests.add_argument("--no-request", action="store_true", help="send none")
    requests.add_argument("--api-url", type=_url, metavar="URL", help="where the API answers, if it has a domain")
    requests.add_argument(
        "--path", action="append", default=[], type=_path, help="ask for this, {user} stands for the user; repeatable"
    )
    requests.add_argument(
        "--header", action="append", default=[], type=_header, metavar="'NAME: VALUE'", help="send this; repeatable"
    )
    parser.add_argument(
        "--user-key",
        action="append",
        type=_user_key,
        metavar="FORM",
        help="partition key of a user in a table; {user} and USER#{user} by default; repeatable",
    )


def _run(invocation: Invocation) -> Exit:
    # Loaded when it is called: help must not wait for boto3 and rich.
    from .diagnosis import diagnose, exit_health, questions_of  # noqa: PLC0415
    from .finding import Health  # noqa: PLC0415
    from .progress import progress_of  # noqa: PLC0415
    from .report import document, rendered  # noqa: PLC0415
    from .survey import USER_KEYS, Requests, start  # noqa: PLC0415

    options, output = invocation.options, invocation.output
    survey = start(
        invocation.aws,
        options.stack,
        since=options.since,
        user=options.user or "",
        user_keys=tuple(options.user_key or USER_KEYS),
        requests=Requests(
            allowed=not options.no_request,
            url=options.api_url or "",
            paths=tuple(options.path),
            headers=dict(options.header),
            timeout_s=min(Requests.timeout_s, options.timeout / 3),  # the rest is asked after them
        ),
    )
    # Metrics and alarms are asked for, too.
    with progress_of(output.progress, "asking", total=len(questions_of(survey)) + 2) as advance:
        diagnosis = diagnose(survey, timeout_s=options.timeout, on_answer=advance)
    output.say(rendered(diagnosis))
    output.result(document(diagnosis))
    if diagnosis.denied_actions:
        missing = ", ".join(diagnosis.denied_actions)
        output.error(f"not everything could be asked: ask for what is missing in IAM: {missing}")
    return {Health.HEALTHY: Exit.FINE, Health.SICK: Exit.FOUND, Health.UNKNOWN: Exit.IMPOSSIBLE}[exit_health(diagnosis)]


_DETAILS = """\
examples:
  cdk-sentry diagnose --stack activity-history-prod
  cdk-sentry diagnose --stack activity-history-prod --user ada --since 2h
  cdk-sentry diagnose --stack shop --path '/orders/{user}' --header 'x-api-key: KEY'

It only reads. GET requests to the stack's APIs are the one thing that makes anything run: --no-request sends none.
It ends with 0 if no step is sick, 1 if one is, 2 if none is found sick but AWS did not answer everything.
"""

_ANY = "arn:${Partition}:%s:${Region}:${Account}:%s"

COMMAND = Command(
    run=_run,
    arguments=_arguments,
    details=_DETAILS,
    permissions=(
        Permission(
            ("cloudformation:GetTemplate", "cloudformation:ListStackResources"),
            (_ANY % ("cloudformation", "stack/*"),),
            "which steps there are, what they are called, what roles and callers should be allowed",
        ),
        Permission(
            ("cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData"),
            why="which alarms are on; what was counted; CloudWatch knows no narrower resource of either",
        ),
        Permission(
            ("logs:FilterLogEvents",), (_ANY % ("logs", "log-group:*"),), "what functions say of errors, and faults"
        ),
        Permission(
            ("lambda:GetFunctionConcurrency", "lambda:GetFunctionConfiguration", "lambda:GetPolicy"),
            (_ANY % ("lambda", "function:*"),),
            "state, concurrency and callers of functions",
        ),
        Permission(
            ("lambda:GetEventSourceMapping",),
            (_ANY % ("lambda", "event-source-mapping:*"),),
            "whether streams and queues are read",
        ),
        Permission(
            ("iam:GetRolePolicy", "iam:ListRolePolicies"),
            ("arn:${Partition}:iam::${Account}:role/*",),
            "whether roles still have what the template gives them",
        ),
        Permission(
            ("apigateway:GET",),
            ("arn:${Partition}:apigateway:${Region}::/restapis/*", "arn:${Partition}:apigateway:${Region}::/apis/*"),
            "stages, routes, and what they call",
        ),
        Permission(
            ("execute-api:Invoke",),
            (_ANY % ("execute-api", "*/*/GET/*"),),
            "GET requests to APIs that want a signature; not with --no-request",
        ),
        Permission(
            (
                "kinesis:DescribeStreamSummary",
                "kinesis:GetRecords",
                "kinesis:GetShardIterator",
                "kinesis:ListShards",
            ),
            (_ANY % ("kinesis", "stream/*"),),
            "records are read for their times and the names of their fields",
        ),
        Permission(
            ("dynamodb:DescribeTable", "dynamodb:Query"),
            (_ANY % ("dynamodb", "table/*"),),
            "items of the user are counted, only with --user",
        ),
        Permission(("sqs:GetQueueAttributes",), (_ANY % ("sqs", "*"),), "how much waits; no message is taken"),
        Permission(
            ("sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic"), (_ANY % ("sns", "*"),), "where messages go"
        ),
        Permission(
            ("events:DescribeRule", "events:ListTargetsByRule"),
            (_ANY % ("events", "rule/*"),),
            "whether rules are on, and where events go",
        ),
        Permission(
            ("states:DescribeStateMachine", "states:ListExecutions"),
            (_ANY % ("states", "stateMachine:*"),),
            "what machines call, and how executions ended",
        ),
        Permission(
            ("kms:DescribeKey",),
            (_ANY % ("kms", "key/*"),),
            "where streams, tables, queues or topics have a key of yours",
        ),
    ),
)
