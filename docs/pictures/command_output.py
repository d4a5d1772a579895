"""What `cdk-sentry` prints of the sample after somebody has edited it by hand."""

import subprocess
import sys

from rich.text import Text

from demo.deployment import Deployment
from demo.local_aws import LocalAws

COLUMNS = 128
_FOUND_SOMETHING = 1  # exit code


def edit_by_hand(aws: LocalAws) -> None:
    """Takes the layer off a function, silences an alarm, keeps a log for ever: what consoles are used for."""
    deployment = Deployment(aws)
    function = deployment.one("AWS::Lambda::Function", "Ingest").physical_id
    functions = aws.client("lambda")
    variables = functions.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
    functions.update_function_configuration(
        FunctionName=function,
        Layers=[],
        Handler=variables.pop("SENTRY_INITIAL_HANDLER"),
        Environment={"Variables": variables},
    )
    alarm = deployment.one("AWS::CloudWatch::Alarm", "IteratorAge").physical_id
    aws.client("cloudwatch").disable_alarm_actions(AlarmNames=[alarm])
    log_group = deployment.one("AWS::Logs::LogGroup", "HistoryLog").physical_id
    aws.client("logs").delete_retention_policy(logGroupName=log_group)


def printed(aws: LocalAws, *arguments: str) -> list[Text]:
    """The lines that the command prints on a terminal, in its colours.

    Raises:
        SystemExit: it found nothing, or could not look.
    """
    terminal = {"FORCE_COLOR": "1", "TERM": "xterm-256color", "COLUMNS": str(COLUMNS)}
    command = [sys.executable, "-m", "cdk_sentry", *arguments]
    ran = subprocess.run(
        command, env=aws.environment() | terminal, text=True, capture_output=True, check=False, timeout=60
    )
    if ran.returncode != _FOUND_SOMETHING:
        raise SystemExit(f"{' '.join(arguments)}: exit code {ran.returncode}, expected 1\n{ran.stdout}{ran.stderr}")
    return list(Text.from_ansi(ran.stdout.rstrip()).split())
