"""Functions that come to grief, each in its own way, and the one line. Deployed by test_faults.py."""

import sys
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from cdk_sentry import Faults, Notify, SentryMonitoring

STACK = "faults-local"
RAN_BEFORE = "ran-before"
UNMONITORED = "unmonitored"

_FUNCTIONS = Path(__file__).parent / "faults_functions"
_PYTHON, _NODE = lambda_.Runtime.PYTHON_3_13, lambda_.Runtime.NODEJS_22_X


class FaultyStack(cdk.Stack):
    """One function for each way."""

    def __init__(self, scope: Construct, construct_id: str, *, is_monitored: bool) -> None:
        super().__init__(scope, construct_id)
        self._add("Hangs", "hangs", timeout_s=2)
        unseen = self._add("HangsUnseen", "hangs", timeout_s=1)
        self._add("Dies", "dies")
        self._add("Absent", "absent")
        self._add("Rejects", "rejects", runtime=_NODE)
        self._add("Fine", "fine", name=RAN_BEFORE)
        if is_monitored:
            # The local cloud does not repeat what it refuses for want of concurrency: nothing is reserved.
            monitoring = SentryMonitoring(
                self, "Sentry", environment="local", faults=Faults(concurrency=None), notify=[Notify.sentry()]
            )
            monitoring.configure(unseen, timeout_warning=False)

    def _add(
        self,
        construct_id: str,
        module: str,
        *,
        runtime: lambda_.Runtime = _PYTHON,
        timeout_s: int = 3,
        name: str | None = None,
    ) -> lambda_.Function:
        return lambda_.Function(
            self,
            construct_id,
            runtime=runtime,
            handler=f"{module}.handler",
            code=lambda_.Code.from_asset(str(_FUNCTIONS), exclude=["__pycache__"]),
            timeout=cdk.Duration.seconds(timeout_s),
            function_name=name,
        )


if __name__ == "__main__":
    # Without this the template would declare the log groups: those of functions older than that are in none.
    app = cdk.App(post_cli_context={"@aws-cdk/aws-lambda:useCdkManagedLogGroup": False})
    FaultyStack(app, STACK, is_monitored=UNMONITORED not in sys.argv)
    app.synth()
