"""Functions that come to grief, each in its own way, and the one line. Deployed by test_faults.py."""

import sys

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from cdk_sentry import Faults, Notify, SentryMonitoring

STACK = "faults-local"
RAN_BEFORE = "ran-before"

_HANGS = "import time\ndef handler(event, context):\n    print('order 17')\n    time.sleep(60)\n"
_DIES = "import os\ndef handler(event, context):\n    print('order 17')\n    os.kill(os.getpid(), 9)\n"
_CANNOT_BE_IMPORTED = "import nonesuch\ndef handler(event, context):\n    return None\n"
_REJECTS = "exports.handler = async () => { throw new RangeError('no such order') }\n"
_FINE = "def handler(event, context):\n    print('order 17')\n    return 'fine'\n"


class FaultyStack(cdk.Stack):
    """One function for each way."""

    def __init__(self, scope: Construct, construct_id: str, *, is_monitored: bool) -> None:
        super().__init__(scope, construct_id)
        python, node = lambda_.Runtime.PYTHON_3_13, lambda_.Runtime.NODEJS_22_X
        self._add("Hangs", python, _HANGS, timeout=cdk.Duration.seconds(2))
        quiet = self._add("HangsUnseen", python, _HANGS, timeout=cdk.Duration.seconds(1))
        self._add("Dies", python, _DIES)
        self._add("CannotBeImported", python, _CANNOT_BE_IMPORTED)
        self._add("Rejects", node, _REJECTS)
        self._add("Fine", python, _FINE, function_name=RAN_BEFORE)
        if is_monitored:
            # The local cloud does not repeat what it refuses for want of concurrency: nothing is reserved.
            monitoring = SentryMonitoring(
                self, "Sentry", environment="local", faults=Faults(concurrency=None), notify=[Notify.sentry()]
            )
            monitoring.configure(quiet, timeout_warning=False)

    def _add(self, construct_id: str, runtime: lambda_.Runtime, code: str, **properties: object) -> lambda_.Function:
        return lambda_.Function(
            self,
            construct_id,
            runtime=runtime,
            handler="index.handler",
            code=lambda_.Code.from_inline(code),
            **properties,  # type: ignore[arg-type]
        )


if __name__ == "__main__":
    app = cdk.App()
    FaultyStack(app, STACK, is_monitored="unmonitored" not in sys.argv)
    app.synth()
