"""One CDK app with N functions, bare or with one of the kits: `app.py KIND N OUT`; prints nothing.

Runs in an interpreter of its own, where aws-cdk-lib, the other kits and this one can be imported.
"""

import sys
from collections.abc import Callable, Sequence
from importlib import import_module

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_

# As the CDK CLI runs an app.
_CLI = {"aws:cdk:enable-path-metadata": True}
# The others put as many alarms as they are asked for into the stack; without this they could not be measured at 200.
_NO_RESOURCE_LIMIT = {"@aws-cdk/core:stackResourceLimit": 0}


def ours_without_alarms(stack: cdk.Stack, _: Sequence[lambda_.Function]) -> None:
    """Layer, handler, variables and the dashboard; no alarms, and no forwarder that reports faults from outside."""
    from cdk_sentry import Alarms, Faults, SentryMonitoring  # noqa: PLC0415  (loading it is part of the cost)

    SentryMonitoring(
        stack,
        "Sentry",
        environment="production",
        release="shop@1.2.3",
        alarms=Alarms.none(),
        faults=Faults.none(),
    )


def ours(stack: cdk.Stack, _: Sequence[lambda_.Function]) -> None:
    """Everything that the one line gives."""
    from cdk_sentry import SentryMonitoring  # noqa: PLC0415  (loading it is part of the cost)

    SentryMonitoring(stack, "Sentry", environment="production", release="shop@1.2.3")


def datadog(stack: cdk.Stack, functions: Sequence[lambda_.Function]) -> None:
    """Layers, handler and variables; it has no alarms and no dashboard."""
    kit = import_module("datadog_cdk_constructs_v2").DatadogLambda(
        stack,
        "Datadog",
        python_layer_version=100,
        extension_layer_version=65,
        site="datadoghq.com",
        api_key_secret_arn="arn:aws:secretsmanager:eu-west-1:111111111111:secret:key-abcdef",  # noqa: S106  (the name of one)
        env="production",
        service="shop",
        version="1.2.3",
    )
    kit.add_lambda_functions(functions)


def monitoring_constructs(stack: cdk.Stack, functions: Sequence[lambda_.Function]) -> None:
    """The same alarms and the kit's dashboard; it instruments nothing."""
    kit = import_module("cdk_monitoring_constructs")  # loading it is part of the cost

    facade = kit.MonitoringFacade(stack, "Monitoring")
    for function in functions:
        facade.monitor_lambda_function(
            lambda_function=function,
            add_fault_count_alarm={"Errors": kit.ErrorCountThreshold(max_error_count=0)},
            add_throttles_count_alarm={"Throttles": kit.ErrorCountThreshold(max_error_count=0)},
        )


KINDS: dict[str, Callable[[cdk.Stack, Sequence[lambda_.Function]], None]] = {
    "bare": lambda _stack, _functions: None,
    "ours_without_alarms": ours_without_alarms,
    "ours": ours,
    "datadog": datadog,
    "monitoring_constructs": monitoring_constructs,
}


def main(kind: str, count: int, out: str) -> None:
    """Synthesizes the app into a folder."""
    app = cdk.App(outdir=out, context=_CLI if kind.startswith("ours") else {**_CLI, **_NO_RESOURCE_LIMIT})
    stack = cdk.Stack(app, "Shop", env=cdk.Environment(account="111111111111", region="eu-west-1"))
    functions = [
        lambda_.Function(
            stack,
            f"Function{number}",
            runtime=lambda_.Runtime.PYTHON_3_13,
            handler="orders.handler",
            code=lambda_.Code.from_inline("def handler(event, context): return event"),
            environment={"TABLE": f"orders-{number}"},
        )
        for number in range(count)
    ]
    KINDS[kind](stack, functions)
    app.synth()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
