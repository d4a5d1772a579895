"""Every way to write a function is found, and of each exactly what is promised changes."""

import textwrap
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_nodejs as lambda_nodejs
from aws_cdk import aws_sam as sam
from aws_cdk import cloudformation_include as include
from constructs import Construct

from cdk_sentry import Alarms, SentryMonitoring
from tests.synth.apps import function, monitored_from_inside
from tests.synth.difference import INSTRUMENTED, VARIABLES_ONLY, difference, stack_in

TEMPLATE = "Stack.template.json"


def line(app):
    return monitored_from_inside(stack_in(app), alarms=Alarms.none())


def changes_of(build, **context):
    """What changes in the resources of an app's one stack; the function's resources are told by their ids."""
    found = difference(build, line, **context)
    assert all(name.startswith("Sentry") for name in found.added(TEMPLATE))
    return found.changed(TEMPLATE)


def one_change(build, **context):
    """The changed paths of the only resource that changes."""
    changes = changes_of(build, **context)
    assert len(changes) == 1, changes
    return next(iter(changes.values()))


def test_a_function_gains_layer_handler_and_variables_and_nothing_else_changes():
    assert one_change(lambda app: function(cdk.Stack(app, "Stack"))) == INSTRUMENTED


def test_a_stack_gains_a_layer_a_topic_with_its_key_and_policy_and_a_dashboard():
    found = difference(lambda app: function(cdk.Stack(app, "Stack")), line)
    kinds = sorted(found.added(TEMPLATE).values())
    for kind in ("AWS::CloudWatch::Dashboard", "AWS::KMS::Key", "AWS::Lambda::LayerVersion", "AWS::SNS::Topic"):
        assert kinds.count(kind) == 1
    assert not {"AWS::Lambda::Function", "AWS::IAM::Role", "AWS::IAM::Policy"} & set(kinds)


class Orders(lambda_.Function):
    """A subclass with a function of its own below it."""

    def __init__(self, scope, construct_id):
        super().__init__(
            scope,
            construct_id,
            runtime=lambda_.Runtime.PYTHON_3_12,
            handler="orders.handler",
            code=lambda_.Code.from_inline("def handler(event, context): ..."),
        )
        function(self, "Retry", handler="retry.handler")


def test_a_subclass_and_the_function_below_it_are_found_and_told_apart():
    app = cdk.App()
    stack = cdk.Stack(app, "Stack")
    Orders(stack, "Orders")
    monitoring = SentryMonitoring(stack, "Sentry")
    app.synth()
    handlers = {found.path: found.handler for found in monitoring.functions}
    assert handlers == {"Stack/Orders": "orders.handler", "Stack/Orders/Retry": "retry.handler"}


def test_a_singleton_function_is_found_where_it_lies():
    def build(app):
        for construct_id in ("First", "Second"):
            lambda_.SingletonFunction(
                cdk.Stack(app, "Stack") if construct_id == "First" else stack_in(app),
                construct_id,
                uuid="11111111-2222-3333-4444-555555555555",
                runtime=lambda_.Runtime.PYTHON_3_13,
                handler="index.handler",
                code=lambda_.Code.from_inline("def handler(event, context): ..."),
            )

    assert one_change(build) == INSTRUMENTED


def test_a_container_image_gets_variables_but_no_layer_and_no_handler():
    def build(app):
        stack = cdk.Stack(app, "Stack")
        repository = ecr.Repository.from_repository_name(stack, "Repository", "orders")
        lambda_.DockerImageFunction(stack, "Image", code=lambda_.DockerImageCode.from_ecr(repository))

    assert one_change(build) == VARIABLES_ONLY


def test_a_nodejs_function_that_is_not_bundled_for_this_command_is_covered_all_the_same(tmp_path):
    entry = tmp_path / "index.ts"
    entry.write_text("export const handler = async () => 1;\n")
    (tmp_path / "package-lock.json").write_text("{}")

    def build(app):
        lambda_nodejs.NodejsFunction(
            cdk.Stack(app, "Stack"),
            "Node",
            entry=str(entry),
            project_root=str(tmp_path),
            deps_lock_file_path=str(tmp_path / "package-lock.json"),
            runtime=lambda_.Runtime.NODEJS_22_X,
            # Without esbuild CDK would build an image even though it bundles nothing.
            bundling=lambda_nodejs.BundlingOptions(docker_image=cdk.DockerImage.from_registry("none")),
        )

    changed = one_change(build, **{"aws:cdk:bundling-stacks": []})
    assert changed >= VARIABLES_ONLY
    assert "Properties.Handler" not in changed


def test_functions_of_a_construct_from_elsewhere_are_found():
    """CDK's own API construct stands for a third party's: it wraps what it is given."""

    class Vendor(Construct):
        def __init__(self, scope, construct_id):
            super().__init__(scope, construct_id)
            apigateway.LambdaRestApi(self, "Api", handler=function(Construct(self, "Inner"), "Handler"))

    assert one_change(lambda app: Vendor(cdk.Stack(app, "Stack"), "Vendor")) == INSTRUMENTED


def test_a_hand_written_function_is_found():
    def build(app):
        lambda_.CfnFunction(
            cdk.Stack(app, "Stack"),
            "Raw",
            code={"zipFile": "def handler(event, context): ..."},
            role="arn:aws:iam::111111111111:role/r",
            runtime="python3.12",
            handler="index.handler",
        )

    assert changes_of(build) == {"Raw": INSTRUMENTED}


def test_a_function_of_sam_is_found():
    def build(app):
        stack = cdk.Stack(app, "Stack")
        sam.CfnFunction(stack, "Sam", code_uri="s3://bucket/key", runtime="python3.13", handler="app.handler")

    assert changes_of(build) == {"Sam": INSTRUMENTED}


INCLUDED = """
Parameters:
  HandlerName: {Type: String, Default: app.handler}
  Quiet: {Type: String, Default: "no"}
Conditions:
  IsQuiet: !Equals [!Ref Quiet, "yes"]
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties: {AssumeRolePolicyDocument: {}}
  Plain:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: app.handler
      Role: !GetAtt Role.Arn
      Code: {S3Bucket: b, S3Key: k}
      Environment: {Variables: {TABLE: !Ref HandlerName}}
      Layers: [!Sub "arn:aws:lambda:${AWS::Region}:1:layer:own:1", !If [IsQuiet, !Ref "AWS::NoValue", "arn:l:2"]]
  UnknownHandler:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: !Ref HandlerName
      Role: !GetAtt Role.Arn
      Code: {S3Bucket: b, S3Key: k}
  UnknownRuntime:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: !If [IsQuiet, python3.12, nodejs22.x]
      Handler: app.handler
      Role: !GetAtt Role.Arn
      Code: {S3Bucket: b, S3Key: k}
  UnknownLayers:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: app.handler
      Role: !GetAtt Role.Arn
      Code: {S3Bucket: b, S3Key: k}
      Layers: !If [IsQuiet, [], ["arn:l:1"]]
  UnknownEnvironment:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: app.handler
      Role: !GetAtt Role.Arn
      Code: {S3Bucket: b, S3Key: k}
      Environment: !If [IsQuiet, !Ref "AWS::NoValue", {Variables: {A: b}}]
"""


def test_an_included_template_is_covered_as_far_as_its_intrinsic_functions_allow(tmp_path):
    file = tmp_path / "template.yaml"
    file.write_text(textwrap.dedent(INCLUDED))
    changes = changes_of(lambda app: include.CfnInclude(cdk.Stack(app, "Stack"), "Include", template_file=str(file)))
    assert changes == {
        "Plain": INSTRUMENTED,
        "UnknownHandler": VARIABLES_ONLY,
        "UnknownRuntime": VARIABLES_ONLY,
        "UnknownLayers": VARIABLES_ONLY,
    }


def test_an_included_template_of_sam_is_covered(tmp_path):
    file = tmp_path / "sam.yaml"
    file.write_text(
        "Transform: AWS::Serverless-2016-10-31\n"
        "Resources:\n"
        "  App:\n"
        "    Type: AWS::Serverless::Function\n"
        "    Properties: {Runtime: python3.13, Handler: app.handler, CodeUri: s3://b/k}\n"
    )
    changes = changes_of(lambda app: include.CfnInclude(cdk.Stack(app, "Stack"), "Include", template_file=str(file)))
    assert changes == {"App": INSTRUMENTED}


def test_functions_imported_by_arn_or_name_are_not_touched_and_add_nothing():
    def build(app):
        stack = cdk.Stack(app, "Stack")
        arn = "arn:aws:lambda:eu-west-1:111111111111:function:theirs"
        lambda_.Function.from_function_arn(stack, "ByArn", arn)
        lambda_.Function.from_function_name(stack, "ByName", "theirs-too")

    found = difference(build, line)
    assert found.changed(TEMPLATE) == {}
    assert "AWS::Lambda::LayerVersion" not in found.added(TEMPLATE).values()


@pytest.mark.parametrize("where", ["first", "last"])
def test_it_does_not_matter_whether_the_line_comes_first_or_last(where):
    app = cdk.App()
    stack = cdk.Stack(app, "Stack")
    if where == "first":
        monitoring = SentryMonitoring(stack, "Sentry")
    function(stack, "Orders")
    if where == "last":
        monitoring = SentryMonitoring(stack, "Sentry")
    app.synth()
    assert [report.function.path for report in monitoring.report] == ["Stack/Orders"]
    assert {"layer", "handler", "variables"} <= set(monitoring.report[0].applied)


def test_any_construct_can_be_the_scope():
    def build(app):
        stack = cdk.Stack(app, "Stack")
        function(Construct(stack, "Inside"), "In")
        function(stack, "Outside", handler="out.handler")

    def inside(app):
        scope = stack_in(app).node.find_child("Inside")
        assert isinstance(scope, Construct)
        SentryMonitoring(scope, "Sentry", alarms=Alarms.none())

    changes = difference(build, inside).changed(TEMPLATE)
    assert [name[:8] for name in changes] == ["InsideIn"]


def test_code_from_a_folder_stays_the_same_asset(tmp_path):
    Path(tmp_path, "orders.py").write_text("def handler(event, context): ...\n")

    def build(app):
        function(cdk.Stack(app, "Stack"), code=lambda_.Code.from_asset(str(tmp_path)))

    assert one_change(build) == INSTRUMENTED
