"""Functions and what there is beside them, as AWS would tell of them."""

import json
from typing import Any

from cdk_sentry.cli.audit.alarms import Alarms
from cdk_sentry.cli.audit.checks import CHECKS
from cdk_sentry.cli.audit.function import Function
from cdk_sentry.cli.audit.instrumentation import KIT_HANDLER
from cdk_sentry.cli.audit.inventory import Inventory
from cdk_sentry.cli.audit.stacks import Stack
from cdk_sentry.cli.audit.subject import Subject, subjects
from cdk_sentry.cli.stacks import Resource
from cdk_sentry.layers.versions import LayerVersions

ACCOUNT, REGION = "111122223333", "eu-central-1"
DSN = "https://key@o1.ingest.sentry.io/17"
KIT_LAYER = f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:PythonLayer:3"
OTHER_LAYER = f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:Numbers:1"
PUBLIC_LAYER = f"arn:aws:lambda:{REGION}:943013980633:layer:SentryPythonServerlessSDK:123"
VERSIONS = LayerVersions("Python", "0.1.0", "sentry-sdk", "2.75.0")
TAGS = json.dumps({"service": "shop"})
KIT_VARIABLES = {
    "SENTRY_DSN": DSN,
    "SENTRY_ENVIRONMENT": "production",
    "SENTRY_RELEASE": "shop@1",
    "SENTRY_TAGS": TAGS,
    "SENTRY_INITIAL_HANDLER": "shop.handler",
}


def configuration(name: str = "shop", *, variables: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    """A function as Lambda lists it, without anything of Sentry's."""
    return {
        "FunctionName": name,
        "FunctionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}",
        "Runtime": "python3.13",
        "Handler": "shop.handler",
        "Timeout": 3,
        "MemorySize": 128,
        "LastModified": "2026-11-20T10:00:00.000+0000",
        "Environment": {"Variables": variables or {}},
        **more,
    }


def monitored(name: str = "shop", *, without: str = "", variables: dict[str, str] | None = None, **more: Any) -> Any:
    """A function with the kit's layer; `without` names a variable to leave out."""
    kept = {key: value for key, value in KIT_VARIABLES.items() if key != without} | (variables or {})
    return configuration(name, variables=kept, **{"Handler": KIT_HANDLER, "Layers": [{"Arn": KIT_LAYER}], **more})


def alarm(name: str, function: str = "shop", **more: Any) -> dict[str, Any]:
    """A metric alarm on a function, as CloudWatch describes it."""
    return {
        "AlarmName": name,
        "ActionsEnabled": True,
        "AlarmActions": ["arn:aws:sns:eu-central-1:111122223333:alarms"],
        "StateValue": "OK",
        "Namespace": "AWS/Lambda",
        "MetricName": "Errors",
        "Dimensions": [{"Name": "FunctionName", "Value": function}],
        **more,
    }


def stack(
    template: Any = None, resources: tuple[Resource, ...] = (), name: str = "shop-prod", **description: Any
) -> Stack:
    """A deployed stack."""
    described = {
        "StackName": name,
        "StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{name}/0a1b",
        **description,
    }
    return Stack(described, root=name, resources=resources, template=template)


def inventory(*functions: Function, **more: Any) -> Inventory:
    """What there is: an alarm on `shop`, its log group with a retention, and the kit's layer."""
    known: dict[str, Any] = {
        "functions": functions,
        "helpers": (),
        "missing": (),
        "alarms": Alarms([alarm("shop-Errors")]),
        "declared_alarms": {},
        "log_groups": {"/aws/lambda/shop": 7},
        "declared_subscriptions": {},
        "subscriptions": {},
        "layers": {KIT_LAYER: VERSIONS.description, OTHER_LAYER: "numbers"},
        "dsns": {},
        "copied": {},
    }
    return Inventory(**{**known, **more})


def subject(described: dict[str, Any] | Function, *others: dict[str, Any] | Function, **more: Any) -> Subject:
    """A function as the checks see it, beside others of its stack."""
    functions = [each if isinstance(each, Function) else Function(each) for each in (described, *others)]
    return next(subjects(inventory(*functions, **more)))


def answer(check_id: str, about: Subject) -> Any:
    """What a check answers; None where the question does not arise."""
    (check,) = (each for each in CHECKS if each.id == check_id)
    return check.ask(about)


def found(about: Subject) -> dict[str, str]:
    """The checks that are not content, each with `error`, `warning` or `unknown`."""
    answers = {check.id: check.ask(about) for check in CHECKS}
    return {
        check_id: str(given.severity or given.status)
        for check_id, given in answers.items()
        if given is not None and given.status != "ok"
    }
