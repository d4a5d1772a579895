"""One function for each thing that somebody may do to it by hand afterwards. Deployed by test_command_audit.py."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from cdk_sentry import Dsn, Faults, SentryMonitoring

STACK = "audited-local"
SECURE_DSN = "/Sentry/Secure/Dsn"
SECRET_DSN = "Sentry/Dsn"
SECRET_FIELD = "dsn"
MISSING_DSN = "/Sentry/Nobody/Dsn"
NESTED = "Inner"
MONITORED = (
    "Fine",
    "Node",
    "Go",
    "VariablesRemoved",
    "LayerRemoved",
    "HandlerEdited",
    "TimeoutEdited",
    "ReleaseEdited",
    "RateEdited",
    "AlarmDeleted",
    "AlarmSilenced",
    "AlarmOn",
    "GroupDeleted",
    "RetentionRemoved",
    "Unsubscribed",
)

_CODE = Path(__file__).with_name("nested_functions")
_RUNTIMES = {"Node": lambda_.Runtime.NODEJS_22_X, "Go": lambda_.Runtime.PROVIDED_AL2023}


def _function(scope: Construct, construct_id: str, **more: str) -> lambda_.Function:
    return lambda_.Function(
        scope,
        construct_id,
        runtime=_RUNTIMES.get(construct_id, lambda_.Runtime.PYTHON_3_13),
        handler="doubles.handler",
        code=lambda_.Code.from_asset(str(_CODE), exclude=["__pycache__"]),
        environment={"TABLE": "orders", **more},
        log_group=None if construct_id == NESTED else _log_group(scope, construct_id),
    )


def _log_group(scope: Construct, construct_id: str) -> logs.LogGroup:
    return logs.LogGroup(
        scope,
        f"{construct_id}Log",
        retention=logs.RetentionDays.ONE_WEEK,
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )


class AuditedStack(cdk.Stack):
    """Functions that are monitored, three with a DSN of their own, and one that is left out."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        queue = sqs.Queue(self, "Queue")
        for name in MONITORED:
            _function(self, name, QUEUE=queue.queue_arn)
        _function(cdk.NestedStack(self, "Inside"), NESTED)
        secure, secret, missing = (_function(self, name) for name in ("SecureDsn", "SecretDsn", "MissingDsn"))
        monitoring = SentryMonitoring(
            self, "Sentry", environment="local", release="shop@1", faults=Faults(concurrency=None)
        )
        monitoring.configure(secure, dsn=Dsn.from_secure_ssm(SECURE_DSN))
        monitoring.configure(secret, dsn=Dsn.from_secret(SECRET_DSN, field=SECRET_FIELD))
        monitoring.configure(missing, dsn=Dsn.from_secure_ssm(MISSING_DSN))
        monitoring.exclude(_function(self, "LeftOut"))


if __name__ == "__main__":
    # Without this CDK would declare the log group of the nested function, too.
    app = cdk.App(post_cli_context={"@aws-cdk/aws-lambda:useCdkManagedLogGroup": False})
    AuditedStack(app, STACK)
    app.synth()
