"""What the pipeline's functions have in common."""

from typing import cast

from aws_cdk import AssetHashType, Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from ..acknowledged import acknowledge
from ..assets import LAMBDA_SRC, LAYER_CACHE
from ..layers.build import build_python_layer
from .settings import PipelineSettings

# By name, because not every aws-cdk-lib that is supported knows it.
RUNTIME = lambda_.Runtime("python3.13", lambda_.RuntimeFamily.PYTHON)
ARCHITECTURE = lambda_.Architecture.ARM_64


def common_layer(scope: Construct, construct_id: str) -> lambda_.LayerVersion:
    """The functions' dependencies and shared module; pure Python, so the architecture does not matter."""
    built = build_python_layer(LAMBDA_SRC / "activity_common", LAYER_CACHE)
    code = lambda_.Code.from_asset(
        str(built.archive), asset_hash=built.content_hash, asset_hash_type=AssetHashType.CUSTOM
    )
    return lambda_.LayerVersion(
        scope, construct_id, code=code, compatible_runtimes=[RUNTIME], description="What the activity functions share"
    )


def activity_function(
    scope: Construct,
    construct_id: str,
    *,
    module: str,
    layer: lambda_.ILayerVersion,
    environment: dict[str, str],
    timeout: Duration,
    memory_mb: int,
    settings: PipelineSettings,
) -> lambda_.Function:
    """One function: its code is the folder of lambda_src of the module's name, its role may only log.

    Args:
        scope: the pipeline.
        construct_id: within it.
        module: name of folder and module; the module's `handler` is called.
        layer: see `common_layer`.
        environment: variables.
        timeout: after which Lambda stops it.
        memory_mb: megabytes; the share of a CPU grows with it.
        settings: how long its log is kept, whether X-Ray traces it.
    """
    log_group = logs.LogGroup(
        scope,
        f"{construct_id}Log",
        retention=settings.log_retention,
        removal_policy=settings.removal_policy,
    )
    # A role of our own, not CDK's with AWSLambdaBasicExecutionRole: that may write every log group of the account.
    role = iam.Role(scope, f"{construct_id}Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    log_group.grant_write(role)
    function = lambda_.Function(
        scope,
        construct_id,
        runtime=RUNTIME,
        architecture=ARCHITECTURE,
        handler=f"{module}.handler",
        code=lambda_.Code.from_asset(str(LAMBDA_SRC / module), exclude=["**/__pycache__", "**/*.pyc"]),
        layers=[layer],
        environment=environment,
        timeout=timeout,
        memory_size=memory_mb,
        role=role,
        log_group=log_group,
        logging_format=lambda_.LoggingFormat.JSON,
        tracing=lambda_.Tracing.ACTIVE if settings.xray_tracing else None,
    )
    # CDK makes a function wait for its role's policy, rightly, and for the role, which goes without saying.
    resource = cast("lambda_.CfnFunction", function.node.default_child)
    resource.add_metadata("cfn-lint", {"config": {"ignore_checks": ["W3005"]}})
    reason = "Python 3.13 is supported by AWS until 2029; the newest runtime is taken up once it is tested."
    acknowledge(function, {"AwsSolutions-L1": reason})
    return function
