"""The layer on the local cloud, as the construct sets it up: attached as a layer, loaded by NODE_OPTIONS."""

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from cdk_sentry.assets import LAMBDA_SRC, LAYER_CACHE
from cdk_sentry.layers.build_nodejs import build_nodejs_layer
from demo.ministack import ministack
from tests.runtime_nodejs.function import exception_of
from tests.runtime_nodejs.node_runtime import FUNCTIONS, PRELOAD

pytestmark = pytest.mark.xdist_group("nodejs-ministack")


_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ],
}


@pytest.fixture(scope="module")
def aws(tmp_path_factory) -> Iterator[Any]:
    """A local cloud."""
    with ministack(tmp_path_factory.mktemp("nodejs-ministack")) as running:
        yield running.aws


@pytest.fixture(scope="module")
def aws_lambda(aws) -> Any:
    """The client of its Lambda."""
    return aws.client("lambda")


@pytest.fixture(scope="module")
def role(aws) -> str:
    """The ARN of a role for functions."""
    made = aws.client("iam").create_role(RoleName="function", AssumeRolePolicyDocument=json.dumps(_TRUST))
    return made["Role"]["Arn"]


@pytest.mark.parametrize("module", ["fails.js", "fails_esm.mjs"])
def test_a_function_that_rejects_is_one_event_with_the_tags(aws_lambda, role, sink, module):
    name = module.split(".")[0].replace("_", "-")
    archive = build_nodejs_layer(LAMBDA_SRC / "sentry_layer_nodejs", LAYER_CACHE).archive.read_bytes()
    layer = aws_lambda.publish_layer_version(LayerName=f"sentry-{name}", Content={"ZipFile": archive})
    handler = f"{module.split('.')[0]}.handler"
    aws_lambda.create_function(
        FunctionName=name,
        Runtime="nodejs20.x",
        Handler=handler,
        Role=role,
        Code={"ZipFile": package_of(module)},
        Layers=[layer["LayerVersionArn"]],
        Environment={
            "Variables": {
                "NODE_OPTIONS": f"--enable-source-maps {PRELOAD}",
                "SENTRY_DSN": sink.dsn,
                "SENTRY_INITIAL_HANDLER": handler,
                "SENTRY_TAGS": json.dumps({"service": "shop"}),
            }
        },
    )
    aws_lambda.get_waiter("function_active_v2").wait(FunctionName=name)
    assert answer_of(aws_lambda, name, {})["ok"] is True
    assert sink.request_count == 0
    assert answer_of(aws_lambda, name, {"fail": "out of stock"})["errorMessage"] == "out of stock"
    (event,) = sink.wait_for_events(1)
    assert exception_of(event)[1] == "out of stock"
    assert (event["tags"]["service"], event["tags"]["function_name"]) == ("shop", name)


def package_of(module):
    """A function's deployment package."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(FUNCTIONS / module, module)
    return packed.getvalue()


def answer_of(aws_lambda, name, event):
    """The decoded payload of an invocation."""
    answer = aws_lambda.invoke(FunctionName=name, Payload=json.dumps(event).encode())
    return json.loads(answer["Payload"].read())
