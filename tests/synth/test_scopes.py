"""Apps, Stages, pipelines, nested stacks, several regions: each stack gets its own, and none refers to another."""

import json

import aws_cdk as cdk
import pytest
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_codecommit as codecommit
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as event_sources
from aws_cdk import aws_sqs as sqs
from aws_cdk import pipelines

from cdk_sentry import Alarms, ConfigurationError, SentryMonitoring
from tests.synth.apps import function, monitored_from_inside
from tests.synth.difference import INSTRUMENTED, difference, synthesized

PLACES = (("aws", "eu-west-1", "111111111111"), ("aws-cn", "cn-north-1", "222222222222"), ("aws", "us-east-1", None))


def shop(scope, construct_id="Shop", **properties):
    stack = cdk.Stack(scope, construct_id, **properties)
    function(stack, "Orders")
    return stack


def kinds(template):
    return [each["Type"] for each in template["Resources"].values()]


def test_stacks_of_several_regions_and_accounts_each_get_their_own_and_refer_to_none():
    def build(app):
        for number, (_, region, account) in enumerate(PLACES):
            shop(app, f"Shop{number}", env=cdk.Environment(account=account, region=region))

    found = difference(build, monitored_from_inside)
    assert len(found.before) == 3
    for template in found.before:
        for kind in ("AWS::Lambda::LayerVersion", "AWS::SNS::Topic", "AWS::CloudWatch::Dashboard"):
            assert kinds(found.after[template]).count(kind) == 1
        text = json.dumps(found.after[template])
        assert "Fn::ImportValue" not in text
        assert not any("Export" in each for each in found.after[template].get("Outputs", {}).values())
    assert all(paths == INSTRUMENTED for paths in found.all_changed().values())


def test_the_order_of_deployment_stays_as_it_was():
    def dependencies(with_line):
        app = cdk.App()
        first, second, third = (shop(app, name) for name in ("First", "Second", "Third"))
        second.add_dependency(third)
        if with_line:
            SentryMonitoring(app, "Sentry")
        assembly = app.synth()
        return {
            each.id: sorted(other.id for other in each.dependencies if not other.id.endswith(".assets"))
            for each in assembly.stacks
        }, first

    assert dependencies(with_line=True)[0] == dependencies(with_line=False)[0]


def test_stages_are_covered_whether_added_before_the_line_or_after_it():
    app = cdk.App()
    shop(cdk.Stage(app, "Before"))
    monitoring = SentryMonitoring(app, "Sentry")
    shop(cdk.Stage(app, "After"))
    shop(app, "Beside")
    app.synth()
    assert sorted(each.path for each in monitoring.functions) == [
        "After/Shop/Orders",
        "Before/Shop/Orders",
        "Beside/Orders",
    ]


def whole_monitoring_of(assembly, stack):
    """What alarms, forwarder and page the line has put into a stack of an assembly."""
    (template,) = (each.template for each in assembly.stacks if each.display_name.split(" ")[0].endswith(stack))
    resources = template["Resources"].values()
    (page,) = (each for each in resources if each["Type"] == "AWS::CloudWatch::Dashboard")
    return (
        kinds(template).count("AWS::CloudWatch::Alarm"),
        any(name.startswith("SentryForwarder") for name in template["Resources"]),
        "FunctionName" in json.dumps(page["Properties"]["DashboardBody"]),
    )


def test_a_stack_gets_the_same_directly_in_the_app_in_a_stage_and_in_a_stage_within_a_stage():
    app = cdk.App()
    outer = cdk.Stage(app, "Outer")
    for scope in (app, outer, cdk.Stage(outer, "Inner")):
        shop(scope)
    SentryMonitoring(app, "Sentry")
    top = app.synth()
    outer_assembly = top.get_nested_assembly("assembly-Outer")
    for assembly in (top, outer_assembly, outer_assembly.get_nested_assembly("assembly-Outer-Inner")):
        assert whole_monitoring_of(assembly, "Shop") == (4, True, True)


def test_a_line_in_a_stage_gives_its_stacks_alarms_forwarder_and_page():
    app = cdk.App()
    stage = cdk.Stage(app, "Production")
    SentryMonitoring(stage, "Sentry")
    shop(stage)
    assembly = app.synth().get_nested_assembly("assembly-Production")
    assert whole_monitoring_of(assembly, "Shop") == (4, True, True)


class ShopStage(cdk.Stage):
    """A Stage that monitors itself, as CDK Pipelines needs it."""

    def __init__(self, scope, construct_id):
        super().__init__(scope, construct_id)
        shop(self)
        self.monitoring = monitored_from_inside(self)


def pipeline(app):
    stack = cdk.Stack(app, "Pipeline", env=cdk.Environment(account="111111111111", region="eu-west-1"))
    repository = codecommit.Repository.from_repository_name(stack, "Repository", "shop")
    source = pipelines.CodePipelineSource.code_commit(repository, "main")
    return pipelines.CodePipeline(stack, "Pipeline", synth=pipelines.ShellStep("Synth", input=source, commands=["x"]))


def test_stacks_in_the_stages_of_a_pipeline_are_covered():
    app = cdk.App()
    stage = ShopStage(app, "Production")
    pipeline(app).add_stage(stage)
    app.synth()
    assert [each.path for each in stage.monitoring.functions] == ["Production/Shop/Orders"]


def test_a_stage_that_a_pipeline_synthesized_too_early_is_an_error_that_names_it():
    app = cdk.App()
    stage = cdk.Stage(app, "Production")
    shop(stage)
    pipeline(app).add_stage(stage)
    SentryMonitoring(app, "Sentry")
    with pytest.raises(
        ConfigurationError, match=r"(?s)Put SentryMonitoring into the Stage's own constructor.*Production"
    ):
        app.synth()


def test_a_nested_stack_has_its_own_layer_and_shares_topic_and_dashboard():
    def build(app):
        stack = shop(app)
        function(cdk.NestedStack(stack, "Nested"), "Inner")

    found = difference(build, lambda app: monitored_from_inside(app, alarms=Alarms.none()))
    (nested,) = (name for name in found.before if "nested" in name)
    assert kinds(found.after[nested]).count("AWS::Lambda::LayerVersion") == 1
    assert "AWS::SNS::Topic" not in kinds(found.after[nested])
    assert list(found.changed(nested).values()) == [INSTRUMENTED]
    (stack_resource,) = (paths for name, paths in found.changed("Shop.template.json").items() if "Nested" in name)
    assert stack_resource == {"Properties.TemplateURL"}


def test_twice_in_one_scope_is_an_error_that_says_what_to_do():
    app = cdk.App()
    stack = shop(app)
    SentryMonitoring(stack, "Sentry")
    with pytest.raises(ConfigurationError, match="no other SentryMonitoring"):
        SentryMonitoring(stack, "Again")


def test_of_two_the_nearer_one_covers_a_function():
    app = cdk.App()
    inner, other = shop(app, "Inner"), shop(app, "Other")
    nearer = SentryMonitoring(inner, "Sentry", environment="near")
    further = SentryMonitoring(app, "Sentry", environment="far")
    app.synth()
    assert [each.path for each in nearer.functions] == ["Inner/Orders"]
    assert [each.path for each in further.functions] == ["Other/Orders"]
    assert other.node.path == "Other"


@pytest.mark.parametrize("nested_stacks", [None, True, False])
def test_alarms_move_to_nested_stacks_when_asked_to(nested_stacks):
    templates = synthesized(
        lambda app: (shop(app), monitored_from_inside(app, alarms=Alarms(nested_stacks=nested_stacks)))
    )
    in_parent = "AWS::CloudWatch::Alarm" in kinds(templates["Shop.template.json"])
    assert in_parent is (not nested_stacks)


def test_240_functions_with_all_alarms_are_one_stack_that_cloudformation_takes():
    """Limits: 500 resources and 1 MB a template, 200 parameters; 500 widgets a dashboard, 2500 metrics."""

    def build(app):
        stack = cdk.Stack(app, "Shop")
        for number in range(240):
            function(stack, f"Function{number}")
        SentryMonitoring(stack, "Sentry")

    templates = synthesized(build)
    functions = kinds(templates["Shop.template.json"]).count("AWS::Lambda::Function")
    assert functions >= 240
    for name, template in templates.items():
        assert len(template["Resources"]) <= 500, name
        assert len(template.get("Parameters", {})) <= 200, name
        assert len(template.get("Outputs", {})) <= 200, name
        assert len(json.dumps(template, indent=1)) < 1_000_000, name
    alarms = [kind for template in templates.values() for kind in kinds(template) if kind == "AWS::CloudWatch::Alarm"]
    assert len(alarms) >= 2 * 240


@pytest.mark.parametrize(
    "synthesizer",
    [
        cdk.LegacyStackSynthesizer,
        cdk.CliCredentialsStackSynthesizer,
        lambda: cdk.DefaultStackSynthesizer(qualifier="shop", file_assets_bucket_name="assets-of-the-shop"),
    ],
)
def test_a_stack_keeps_a_synthesizer_of_its_own(synthesizer):
    """From Python the synthesizer that a stack says is not the one that is bound to it."""

    def build(app):
        shop(app, synthesizer=synthesizer())

    found = difference(build, monitored_from_inside)
    (template,) = found.before
    changes = found.changed(template)
    assert {name[:6] for name in changes} == {"Orders"}
    assert kinds(found.after[template]).count("AWS::Lambda::LayerVersion") == 1


def test_stacks_with_the_same_ids_are_not_taken_for_each_other():
    """One class of stack for each region is common: what one has says nothing of the other."""

    def build(app):
        for region in ("eu-west-1", "us-east-1", "us-west-2"):
            stack = cdk.Stack(app, f"Shop-{region}", env=cdk.Environment(account="111111111111", region=region))
            own = function(stack, "Orders")
            stream, letters = kinesis.Stream(stack, "Stream"), sqs.Queue(stack, "Letters")
            if region == "us-east-1":
                edge = cloudfront.EdgeLambda(
                    function_version=function(stack, "Edge").current_version,
                    event_type=cloudfront.LambdaEdgeEventType.VIEWER_REQUEST,
                )
                origin = origins.HttpOrigin("example.com")
                cloudfront.Distribution(
                    stack,
                    "Site",
                    default_behavior=cloudfront.BehaviorOptions(origin=origin, edge_lambdas=[edge]),
                )
            else:
                function(stack, "Edge")
            if region == "eu-west-1":
                start = lambda_.StartingPosition.LATEST
                own.add_event_source(event_sources.KinesisEventSource(stream, starting_position=start))
                dead_letters = sqs.DeadLetterQueue(queue=letters, max_receive_count=3)
                sqs.Queue(stack, "Work", dead_letter_queue=dead_letters)
            apigatewayv2.HttpApi(stack, "Api", create_default_stage=True)

    found = difference(build, monitored_from_inside)

    def alarms(region):
        template = found.after[f"Shop-{region}.template.json"]
        assert "Fn::ImportValue" not in json.dumps(template)
        names = [name for name, each in template["Resources"].items() if each["Type"] == "AWS::CloudWatch::Alarm"]
        return {name.removeprefix("SentryAlarms")[:-8] for name in names}

    reading, at_the_edge, plain = alarms("eu-west-1"), alarms("us-east-1"), alarms("us-west-2")
    assert reading - plain == {"OrdersIteratorAge", "LettersMessages", "WorkMessageAge"}
    assert plain - at_the_edge == {"EdgeErrors", "EdgeThrottles"}
    assert at_the_edge - plain == set()
    assert "ApiServerErrors" in plain
